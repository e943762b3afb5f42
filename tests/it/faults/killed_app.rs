//! The program is killed, or told to stop, under load; on every backend.

use std::time::Duration;

use super::{alone, report};
use crate::harness::load::Crowd;
use crate::harness::{App, Database, wait};

#[test]
fn no_visit_is_lost_when_the_program_is_killed_again_and_again() {
    let _turn = alone();
    let database = Database::migrated();
    let mut app = App::start(&database);
    let crowd = Crowd::gather(&[app.address]);
    let mut slowest_return = Duration::ZERO;
    for _ in 0..4 {
        crowd.wait_for_more(500);
        app.process.kill();
        app = App::start(&database);
        crowd.follow(app.address);
        slowest_return = slowest_return.max(crowd.wait_for_more(1));
    }
    crowd.wait_for_more(200);
    let record = crowd.disperse();
    let figures = record.check(0, database.total());
    report("kill -9 of the app, 4 times", &format!("{figures}; counting again {slowest_return:.2?} after listening"));
    assert!(slowest_return < Duration::from_secs(1), "visits were counted again only after {slowest_return:?}");
}

#[test]
fn sigterm_under_load_answers_every_visit_it_counts() {
    let _turn = alone();
    let database = Database::migrated();
    let mut app = App::start(&database);
    let crowd = Crowd::gather(&[app.address]);
    crowd.wait_for_more(2000);
    let (took, status) = crate::harness::app::timed(|| app.stop());
    let record = crowd.disperse();
    assert_eq!(status.code(), Some(0));
    let figures = record.check(0, database.total());
    report("SIGTERM", &format!("{figures}; stopped in {took:.0?}"));
    assert_eq!(figures.refused, 0, "nobody is refused by a server that stops");
    assert_eq!(figures.surplus, 0, "every counted visit is answered");
    assert!(took < Duration::from_secs(3), "stopping took {took:?}");
}

#[test]
fn a_drain_under_load_refuses_nobody_until_it_is_over() {
    let _turn = alone();
    let database = Database::migrated();
    let mut app = App::start_with(&database, &[("DRAIN_SECONDS", "1")]);
    let crowd = Crowd::gather(&[app.address]);
    crowd.wait_for_more(1000);
    app.terminate();
    wait::until("a probe that says no", wait::PATIENCE, || (app.probe("/readyz").status == 503).then_some(()));
    // Clients are told to go elsewhere, and those that come back are still served.
    assert_eq!(app.ask("HEAD", "/", &[]).header("connection"), Some("close"));
    crowd.wait_for_more(100);
    assert_eq!(app.process.wait(wait::PATIENCE).code(), Some(0));
    let figures = crowd.disperse().check(0, database.total());
    report("SIGTERM with a second to drain", &figures);
    assert_eq!((figures.refused, figures.surplus), (0, 0), "nobody is refused, every counted visit is answered");
}
