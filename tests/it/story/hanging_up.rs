//! What is left of a visitor who does not wait for the answer.

use crate::harness::http::Connection;
use crate::harness::{App, Database, wait};

#[test]
fn who_hangs_up_leaves_a_line_and_is_counted_as_499() {
    let database = Database::migrated();
    let app = App::start_with(&database, &[("VISIT_TIMEOUT_SECONDS", "60")]);
    assert_eq!(app.get("/").visitor(), Some(1));
    database.with_counter_held(|| {
        let mut visitor = Connection::open(app.address).unwrap();
        visitor.send(b"GET /?after=x HTTP/1.1\r\nhost: x\r\nx-request-id: impatient\r\n\r\n").unwrap();
        wait::until("a visit", wait::PATIENCE, || (app.metric("http_requests_in_flight") == Some(1.0)).then_some(()));
        drop(visitor);
        let line = app.log.wait_for("who hung up", wait::PATIENCE, |line| line["request_id"] == "impatient");
        for (name, value) in [("msg", "Request"), ("level", "info"), ("method", "GET"), ("route", "/")] {
            assert_eq!(line[name], value, "{line}");
        }
        assert_eq!((&line["status"], &line["bytes"]), (&499.into(), &0.into()), "{line}");
        assert!(line["duration_ms"].as_f64().unwrap() > 0.0, "{line}");
        assert_eq!(app.metric("http_requests_in_flight"), Some(0.0));
        let counted = app.metric("http_requests_total{method=\"GET\",route=\"/\",status=\"499\"}");
        assert_eq!(counted, Some(1.0));
    });
}
