//! Probes and metrics while the database does not answer.

use std::time::Duration;

use crate::harness::app::timed;
use crate::harness::{App, Database, Server, wait};

#[test]
#[ignore = "needs a database server"]
fn a_scrape_never_waits_for_the_database() {
    let server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    let app = App::start(&database);
    app.wait_until_ready();
    server.freeze();
    // Something is stuck in the database while we look.
    let address = app.address;
    let visitor = std::thread::spawn(move || crate::harness::http::ask(address, "GET", "/", &[], b"").status);
    let waiting = || app.metric("visit_queue_depth").filter(|depth| *depth > 0.0);
    wait::until("a waiting visit", wait::PATIENCE, waiting);
    for path in ["/metrics", "/livez", "/version"] {
        let (took, answer) = timed(|| app.probe(path));
        assert_eq!(answer.status, 200, "{path}");
        assert!(took < Duration::from_millis(500), "{path} took {took:?}");
    }
    let (took, answer) = timed(|| app.probe("/readyz"));
    assert_eq!(answer.status, 503);
    assert!(took < Duration::from_millis(2700), "/readyz took {took:?}");
    assert_eq!(visitor.join().unwrap(), 503);
    server.thaw();
    app.wait_until_ready();
}

#[test]
#[ignore = "needs a database server"]
fn liveness_fails_once_the_counting_thread_has_hung_for_a_minute() {
    let server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    let app = App::start(&database);
    // On an open connection: a new one would be given up after two seconds, again and again.
    assert_eq!(app.get("/").visitor(), Some(1));
    server.freeze();
    let hung = std::time::Instant::now();
    assert_eq!(app.get("/").status, 503);
    let fails = || (app.probe("/livez").status == 503).then_some(hung.elapsed());
    let after = wait::until("a liveness probe that fails", Duration::from_secs(90), fails);
    assert!(after > Duration::from_secs(58), "it failed after {after:?} only");
    server.thaw();
    wait::until("liveness", wait::PATIENCE, || (app.probe("/livez").status == 200).then_some(()));
}

#[test]
#[ignore = "needs a database server"]
fn the_pool_is_shown_by_state() {
    let database = Database::migrated();
    let app = App::start(&database);
    app.wait_until_ready();
    let state = |state: &str| app.metric(&format!("store_pool_connections{{state=\"{state}\"}}")).unwrap();
    wait::until("an idle connection", wait::PATIENCE, || (state("idle") >= 1.0 && state("busy") == 0.0).then_some(()));
}
