//! What is known is believed: a count that goes back is lifted, and whoever cannot count is not ready.

use std::time::Duration;

use crate::harness::app::text;
use crate::harness::{App, Database, wait};

const REGRESSIONS: &str = "dog_gif_count_regressions_total";

#[test]
fn a_count_that_went_back_is_lifted_before_anything_is_counted_on() {
    let database = Database::migrated();
    let app = App::start(&database);
    for number in 1..=5 {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    assert_eq!(app.metric(REGRESSIONS), Some(0.0));
    database.execute("UPDATE visit_counter SET total = 2");
    assert_eq!(app.get("/").visitor(), Some(6));
    assert_eq!(database.total(), 6);
    let told = app.log.message("The count went back");
    assert_eq!((&told["level"], &told["known"], &told["found"]), (&"error".into(), &5.into(), &2.into()), "{told}");
    assert_eq!(app.metric(REGRESSIONS), Some(1.0));
    // Told once, and forgotten once it is mended.
    assert_eq!(app.get("/").visitor(), Some(7));
    assert_eq!(app.metric(REGRESSIONS), Some(1.0));
}

#[test]
fn a_count_that_went_forward_is_nothing_to_speak_of() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    database.execute("UPDATE visit_counter SET total = 100");
    assert_eq!(app.get("/").visitor(), Some(101));
    assert_eq!(app.metric(REGRESSIONS), Some(0.0));
}

#[test]
fn a_counter_without_its_row_is_not_ready_and_the_log_says_why() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    app.wait_until_ready();
    database.execute("DELETE FROM visit_counter");
    assert_eq!(app.get("/").status, 503);
    assert_eq!(app.probe("/readyz").status, 503);
    assert_eq!(app.probe("/livez").status, 200);
    for message in ["Not ready", "Cannot count visits, will try again"] {
        let told = app.log.message(message);
        assert!(text(&told["cause"]).contains("visit_counter has no row 1"), "{told}");
    }
    database.execute("INSERT INTO visit_counter (id, total) VALUES (1, 0)");
    // By itself: no visitor is needed to find out.
    app.wait_until_ready();
    let number = app.get("/").visitor().expect("visits are counted again");
    assert!((2..=3).contains(&number), "the visit that was given up may be counted, number 1 is not given again");
    assert_eq!(app.log.message("The count went back")["found"], 0);
}

#[test]
fn a_counter_that_someone_else_holds_is_not_ready_until_it_is_let_go() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    database.with_counter_held(|| {
        assert_eq!(app.get("/").status, 503);
        let says_no = || (app.probe("/readyz").status == 503).then_some(());
        wait::until("a probe that says no", Duration::from_secs(5), says_no);
    });
    app.wait_until_ready();
    let number = app.get("/").visitor().expect("visits are counted again");
    assert!((2..=3).contains(&number), "the visit that was given up may be counted, none is counted twice");
}
