//! `healthcheck`, for images without curl.

use crate::harness::app::{run, run_with};
use crate::harness::{App, Database};

#[test]
fn a_ready_server_is_healthy() {
    let app = App::start(&Database::fresh_sqlite());
    let port = app.operations.port().to_string();
    run_with(&Database::fresh_sqlite(), &[("OPS_PORT", &port)], &["healthcheck"], b"").successful();
    // A server that listens everywhere is asked on loopback.
    run_with(&Database::fresh_sqlite(), &[("OPS_PORT", &port), ("BIND", "0.0.0.0")], &["healthcheck"], b"")
        .successful();
    run(&Database::fresh_sqlite(), &["healthcheck", &format!("http://{}/livez", app.operations)]).successful();
}

#[test]
fn a_draining_server_and_no_server_are_not() {
    let app = App::start_with(&Database::fresh_sqlite(), &[("DRAIN_SECONDS", "30")]);
    app.terminate();
    app.log.message("Stopping");
    let url = format!("http://{}/readyz", app.operations);
    let draining = run(&Database::fresh_sqlite(), &["healthcheck", &url]);
    assert_eq!(draining.code, 1);
    assert!(draining.errors.contains(&url) && draining.errors.contains("503"), "{draining:?}");
    let nobody = run(&Database::fresh_sqlite(), &["healthcheck", "http://127.0.0.1:1/readyz"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.errors.contains("does not answer"), "{nobody:?}");
}
