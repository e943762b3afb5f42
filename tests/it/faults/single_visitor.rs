//! A visitor who comes alone is counted without the counting thread; whatever breaks then, that thread goes on.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use super::{alone, behind_a_proxy, report};
use crate::harness::load::Crowd;
use crate::harness::proxy::Cut;
use crate::harness::{App, Database, wait};

/// Cut lines wanted of each test.
const CUTS: u32 = 20;

/// A visit waits 2 s; the rest is for a busy machine.
const REFUSAL: Duration = Duration::from_millis(2700);

/// After these, visits are taken for alone.
const FIRST_VISITS: i64 = 10;

#[test]
#[ignore = "needs a database server"]
fn a_visit_that_comes_alone_wakes_no_other_thread() {
    let app = App::start(&Database::migrated());
    for number in 1..=FIRST_VISITS {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    let before = wake_ups(&app);
    for number in 1..=50 {
        assert_eq!(app.get("/").visitor(), Some(FIRST_VISITS + number));
    }
    let woken = wake_ups(&app) - before;
    assert!(woken < 5, "the counting thread was woken {woken} times for 50 visits");
    assert_eq!(app.metric("dog_gif_visits_total"), Some(FIRST_VISITS as f64 + 50.0));
}

#[test]
#[ignore = "needs a database server"]
fn a_swallowed_answer_to_a_visit_alone_is_found_out_about() {
    cut_lines("one visitor, answers to every 10th commit swallowed", Cut::After);
}

#[test]
#[ignore = "needs a database server"]
fn a_visit_alone_that_never_reached_the_database_is_made_again() {
    cut_lines("one visitor, every 10th commit cut before the server", Cut::Before);
}

#[test]
#[ignore = "needs a database server"]
fn a_visit_alone_waits_no_longer_than_others_for_a_database_that_is_silent() {
    let _turn = alone();
    let (database, proxy, app) = behind_a_proxy();
    let visitor = Crowd::of(1, &[app.address]);
    visitor.wait_for_more(100);
    proxy.fall_silent();
    // The first was sent, and the one after it finds its batch undecided.
    visitor.wait_for_refusals(2);
    proxy.speak();
    visitor.wait_for_more(100);
    let figures = visitor.disperse().check(0, database.total());
    report("one visitor, silence", &figures);
    assert!(figures.slowest_refusal < REFUSAL, "a refusal took {:?}", figures.slowest_refusal);
}

#[test]
#[ignore = "needs a database server"]
fn who_hangs_up_in_the_middle_of_a_visit_alone_is_counted_once_and_holds_nobody_up() {
    let _turn = alone();
    let (database, proxy, app) = behind_a_proxy();
    for _ in 0..FIRST_VISITS {
        app.get("/").visitor().unwrap();
    }
    proxy.fall_silent();
    let mut connection = TcpStream::connect(app.address).unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\nHost: dogs\r\n\r\n").unwrap();
    let is_waiting = || (app.metric("visit_queue_depth") == Some(1.0)).then_some(());
    wait::until("the visit's turn", wait::PATIENCE, is_waiting);
    drop(connection);
    // Whoever was gone before the statement was sent is not counted at all.
    app.log.wait_for("the end of the visit", wait::PATIENCE, |line| line["status"] == 499);
    proxy.speak();
    let number = app.get("/").visitor().unwrap();
    assert_eq!(number, FIRST_VISITS + 2);
    assert_eq!((database.total(), app.metric("dog_gif_visits_total")), (number, Some(number as f64)));
}

fn cut_lines(what: &str, cut: Cut) {
    let _turn = alone();
    let (database, proxy, app) = behind_a_proxy();
    let visitor = Crowd::of(1, &[app.address]);
    visitor.wait_for_more(20);
    proxy.cut(cut, 10);
    wait::until("enough cut lines", wait::PATIENCE * 2, || (proxy.cuts().0 >= CUTS).then_some(()));
    proxy.leave_alone();
    visitor.wait_for_more(20);
    let figures = visitor.disperse().check(0, database.total());
    report(what, &format!("{} UPDATEs cut: {figures}", proxy.cuts().0));
    assert_eq!((figures.surplus, figures.refused), (0, 0), "each visit is finished when its line is cut: {figures}");
}

/// How often the counting thread has begun to wait.
fn wake_ups(app: &App) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{}/task", app.process.id())).unwrap();
    let counting = threads.flatten().find(|thread| {
        std::fs::read_to_string(thread.path().join("comm")).is_ok_and(|name| name.trim() == "visit-counter")
    });
    let status = std::fs::read_to_string(counting.expect("the counting thread").path().join("status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
    line.split_whitespace().last().unwrap().parse().unwrap()
}
