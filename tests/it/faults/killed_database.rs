//! The database is killed, stays away, or stalls, under load.

use std::time::Duration;

use super::{alone, report};
use crate::harness::load::{Crowd, Figures};
use crate::harness::{App, Database, Server, wait};

/// What the issue allows from the return of the database to the first counted visit.
const RECOVERY: Duration = Duration::from_secs(1);

/// A visit waits 2 s; the rest is for a busy machine.
const REFUSAL: Duration = Duration::from_millis(2700);

#[test]
#[ignore = "needs a database server"]
fn no_visit_is_lost_when_the_database_is_killed_again_and_again() {
    let _turn = alone();
    let (mut server, database, _app, crowd) = under_load();
    let mut recoveries = Vec::new();
    for _ in 0..4 {
        crowd.wait_for_more(500);
        server.kill();
        server.restart();
        recoveries.push(crowd.wait_for_more(1));
    }
    crowd.wait_for_more(500);
    let figures = crowd.disperse().check(0, database.total());
    finish("kill -9 of the database, 4 times", &figures, &recoveries);
}

#[test]
#[ignore = "needs a database server"]
fn visits_are_refused_in_time_while_the_database_is_away_and_counted_once_it_is_back() {
    let _turn = alone();
    let (mut server, database, app, crowd) = under_load();
    server.kill();
    stays_responsive(&app);
    crowd.wait_for_refusals(64);
    assert!(app.metric("visit_commit_failures_total").is_some_and(|failures| failures > 5.0));
    server.restart();
    let recovery = crowd.wait_for_more(1);
    crowd.wait_for_more(500);
    let figures = crowd.disperse().check(0, database.total());
    finish("database away for seconds", &figures, &[recovery]);
}

#[test]
#[ignore = "needs a database server"]
fn a_database_that_stalls_for_five_seconds_costs_refusals_but_no_visit() {
    let _turn = alone();
    let (server, database, app, crowd) = under_load();
    server.freeze();
    let stall = std::time::Instant::now();
    stays_responsive(&app);
    wait::pass(Duration::from_secs(5).saturating_sub(stall.elapsed()));
    server.thaw();
    let recovery = crowd.wait_for_more(1);
    crowd.wait_for_more(500);
    let figures = crowd.disperse().check(0, database.total());
    assert!(figures.refused >= 64, "every visitor was refused at least once: {figures}");
    finish("SIGSTOP of the database for 5 s", &figures, &[recovery]);
}

/// A database server of its own, a program, and visitors of whom 500 have their numbers.
fn under_load() -> (Server, Database, App, Crowd) {
    let server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    let app = App::start(&database);
    let crowd = Crowd::gather(&[app.address]);
    crowd.wait_for_more(500);
    (server, database, app, crowd)
}

fn stays_responsive(app: &App) {
    for path in ["/livez", "/metrics", "/version"] {
        let (took, answer) = crate::harness::app::timed(|| app.probe(path));
        assert_eq!(answer.status, 200, "{path}");
        assert!(took < Duration::from_secs(1), "{path} took {took:?}");
    }
}

fn finish(what: &str, figures: &Figures, recoveries: &[Duration]) {
    let slowest = recoveries.iter().max().copied().unwrap_or_default();
    report(what, &format!("{figures}; recovery {slowest:.2?} at most"));
    assert!(slowest < RECOVERY, "recovery took {recoveries:?}");
    assert!(figures.slowest_refusal < REFUSAL, "a refusal took {:?}", figures.slowest_refusal);
}
