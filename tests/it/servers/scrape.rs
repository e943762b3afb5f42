//! Probes and metrics while the database does not answer.

use std::time::Duration;

use crate::harness::app::timed;
use crate::harness::proxy::Proxy;
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
fn liveness_fails_once_counting_has_been_stuck_for_a_minute() {
    let server = Server::start();
    let proxy = Proxy::start(server.port);
    let database = Database::fresh_on(&server).migrate().with(&[("MYSQL_PORT", &proxy.port.to_string())]);
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    // A server that says nothing is given up after five seconds, and another connection tried. One that says a
    // little, again and again, is what no deadline of a single read can end.
    proxy.trickle(Duration::from_secs(4));
    let stuck = std::time::Instant::now();
    assert_eq!(app.get("/").status, 503);
    let fails = || (app.probe("/livez").status == 503).then_some(stuck.elapsed());
    let after = wait::until("a liveness probe that fails", Duration::from_secs(90), fails);
    assert!(after > Duration::from_secs(58), "it failed after {after:?} only");
    assert!(app.metric("visit_counting_stuck_seconds").is_some_and(|seconds| seconds > 50.0));
    app.log.message("Counting is stuck");
    proxy.trickle(Duration::ZERO);
    wait::until("liveness", wait::PATIENCE, || (app.probe("/livez").status == 200).then_some(()));
    app.log.message("Counting is not stuck any more");
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
