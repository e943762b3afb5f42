//! The line to the database is cut exactly at the commit of a batch.

use super::{alone, behind_a_proxy, report, through};
use crate::harness::load::Crowd;
use crate::harness::proxy::Cut;
use crate::harness::{App, wait};

/// Cut lines wanted of each test.
const CUTS: u32 = 40;

/// Of these, so many at the `COMMIT` of replicas that contend.
const COMMIT_CUTS: u32 = 5;

#[test]
#[ignore = "needs a database server"]
fn a_swallowed_answer_to_a_commit_is_found_out_about() {
    cut_lines("answers to 5 % of commits swallowed", Cut::After, 20, 1);
}

#[test]
#[ignore = "needs a database server"]
fn a_commit_that_never_reached_the_database_is_made_again() {
    cut_lines("5 % of commits cut before the server", Cut::Before, 20, 1);
}

#[test]
#[ignore = "needs a database server"]
fn two_replicas_keep_their_numbers_apart_when_answers_are_swallowed() {
    cut_lines("two replicas, answers to every 10th commit swallowed", Cut::After, 10, 2);
}

#[test]
#[ignore = "needs a database server"]
fn two_replicas_keep_their_numbers_apart_when_commits_are_cut_off() {
    cut_lines("two replicas, every 10th commit cut before the server", Cut::Before, 10, 2);
}

fn cut_lines(what: &str, cut: Cut, one_in: u32, replicas: usize) {
    let _turn = alone();
    let (database, proxy, first) = behind_a_proxy();
    let others: Vec<App> = (1..replicas).map(|_| App::start(&through(&proxy, &database))).collect();
    let addresses: Vec<_> = others.iter().chain([&first]).map(|app| app.address).collect();
    let crowd = Crowd::gather(&addresses);
    crowd.wait_for_more(200);
    proxy.cut(cut, one_in);
    let wanted_commits = if replicas > 1 { COMMIT_CUTS } else { 0 };
    wait::until("enough cut lines", wait::PATIENCE * 2, || {
        let (statements, commits) = proxy.cuts();
        (statements + commits >= CUTS && commits >= wanted_commits).then_some(())
    });
    proxy.leave_alone();
    crowd.wait_for_more(200);
    let figures = crowd.disperse().check(0, database.total());
    let (statements, commits) = proxy.cuts();
    report(what, &format!("{statements} UPDATEs and {commits} COMMITs cut: {figures}"));
}
