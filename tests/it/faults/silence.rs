//! The line to the database falls silent without closing, as when a host or a network vanishes.

use std::time::{Duration, Instant};

use super::{alone, behind_a_proxy, report};
use crate::harness::app::timed;
use crate::harness::load::{Crowd, VISITORS};
use crate::harness::{App, wait};

const SILENCE: Duration = Duration::from_secs(30);

/// From the moment packets flow again.
const RECOVERY: Duration = Duration::from_secs(5);

/// From the moment a line fell silent, when new ones work: a server is given up after 5 s.
const RETREAT: Duration = Duration::from_secs(10);

/// Longer than the server keeps a session that takes locks and says nothing.
const IDLE: Duration = Duration::from_secs(6);

/// A visit waits 2 s; the rest is for a busy machine, on which one of a thousand may be late.
const REFUSAL: Duration = Duration::from_secs(4);

#[test]
#[ignore = "needs a database server"]
fn thirty_seconds_of_silence_turn_readiness_alone_and_cost_no_visit() {
    let _turn = alone();
    let (database, proxy, app) = behind_a_proxy();
    let crowd = Crowd::gather(&[app.address]);
    crowd.wait_for_more(500);
    app.wait_until_ready();
    proxy.fall_silent();
    let not_ready = watch_probes(&app, SILENCE);
    assert!(not_ready < Duration::from_secs(4), "it was ready for {not_ready:?} of silence");
    let told = app.log.message("Cannot count visits, will try again");
    assert!(!told["cause"].as_str().unwrap_or_default().is_empty(), "{told}");

    proxy.speak();
    let begin = Instant::now();
    let recovery = crowd.wait_for_more(1);
    app.wait_until_ready();
    let ready = begin.elapsed();
    crowd.wait_for_more(500);
    let figures = crowd.disperse().check(0, database.total());
    report("30 s of silence", &format!("{figures}; not ready after {not_ready:.2?}, recovery {recovery:.2?}"));
    assert!(recovery < RECOVERY && ready < RECOVERY, "counting took {recovery:?}, readiness {ready:?}");
    assert!(figures.slowest_refusal < REFUSAL, "a refusal took {:?}", figures.slowest_refusal);
}

#[test]
#[ignore = "needs a database server"]
fn a_line_that_falls_silent_is_left_for_a_new_one_and_what_it_says_later_counts_nothing() {
    let _turn = alone();
    let (database, proxy, app) = behind_a_proxy();
    let crowd = Crowd::gather(&[app.address]);
    crowd.wait_for_more(500);
    proxy.silence_open_lines();
    let begin = Instant::now();
    crowd.wait_for_refusals(VISITORS as u64);
    crowd.wait_for_more(1);
    let retreat = begin.elapsed();
    app.wait_until_ready();
    crowd.wait_for_more(500);
    // The statement that was under way arrives now.
    proxy.speak();
    crowd.wait_for_more(500);
    let figures = crowd.disperse().check(0, database.total());
    report("open lines silent for good", &format!("{figures}; counting again after {retreat:.2?}"));
    assert!(retreat < RETREAT, "visits were counted again only after {retreat:?}");
    app.log.message("Visits are counted again");
}

#[test]
#[ignore = "needs a database server"]
fn a_replica_that_vanishes_in_the_middle_of_a_batch_does_not_keep_the_others_from_counting() {
    let _turn = alone();
    let (database, proxy, vanishing) = behind_a_proxy();
    let staying = App::start(&database);
    let crowd = Crowd::gather(&[vanishing.address, staying.address]);
    let mut slowest = Duration::ZERO;
    // It has to vanish between the lock of the counter and the commit, so it may take some tries.
    for _ in 0..5 {
        crowd.wait_for_more(500);
        proxy.fall_silent();
        let (took, ()) = timed(|| wait_until_it_counts(&staying));
        slowest = slowest.max(took);
        proxy.speak();
        wait_until_it_counts(&vanishing);
    }
    let figures = crowd.disperse().check(0, database.total());
    report("a replica vanishes, 5 times", &format!("{figures}; the other counts again after {slowest:.2?} at most"));
    assert!(slowest < RETREAT, "the other replica was held up for {slowest:?}");

    // What ends its session ends it as well when nobody visits; it is not told by a visit that fails.
    let failures = || staying.metric("visit_commit_failures_total");
    let before = failures();
    wait::pass(IDLE);
    assert!(staying.get("/").visitor().is_some());
    assert_eq!(failures(), before);
}

/// Waits until the crowd's visits to it are counted again: more than may have been under way already.
fn wait_until_it_counts(app: &App) {
    let counted = || app.metric("dog_gif_visits_total").unwrap_or_default();
    let begin = counted();
    wait::until("visits that are counted", wait::PATIENCE, || (counted() > begin + VISITORS as f64).then_some(()));
}

/// Asks both probes for as long as `silence` lasts: alive all the time, and not ready from some moment on, which
/// is returned.
fn watch_probes(app: &App, silence: Duration) -> Duration {
    let begin = Instant::now();
    let mut not_ready = None;
    while begin.elapsed() < silence {
        assert_eq!(app.probe("/livez").status, 200, "after {:?}", begin.elapsed());
        match (app.probe("/readyz").status, not_ready) {
            (503, None) => not_ready = Some(begin.elapsed()),
            (200, Some(_)) => panic!("it was ready again after {:?} of silence", begin.elapsed()),
            _ => {}
        }
        wait::pass(Duration::from_millis(100));
    }
    not_ready.expect("it was ready all the time")
}
