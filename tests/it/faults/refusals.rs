//! More visits than may wait: those too many are turned away at once, the others keep their place.

use std::time::{Duration, Instant};

use super::{alone, report};
use crate::harness::http::Connection;
use crate::harness::{App, Database, Server, wait};

/// As many as may wait, in src/gallery/counter.rs.
const QUEUE: usize = 4096;

const TOO_MANY: usize = 100;

#[test]
#[ignore = "needs a database server"]
fn a_full_queue_refuses_at_once_and_keeps_its_promise_to_those_in_it() {
    let _turn = alone();
    raise_file_limit();
    let server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    let app = App::start_with(&database, &[("VISIT_TIMEOUT_SECONDS", "60")]);
    assert_eq!(app.ask("POST", "/api/v1/visits", &[]).status, 201);
    server.freeze();
    let mut visitors: Vec<Connection> = (0..QUEUE).map(|_| visit(&app)).collect();
    wait::until("a full queue", wait::PATIENCE, || (depth(&app) >= QUEUE as f64).then_some(()));
    // Whoever waits keeps the place, also when an attempt has failed and the thread has taken them all over.
    wait::until("a failed attempt", wait::PATIENCE, || {
        app.metric("visit_commit_failures_total").filter(|failures| *failures > 0.0)
    });
    let begin = Instant::now();
    let mut late: Vec<Connection> = (0..TOO_MANY).map(|_| visit(&app)).collect();
    let answers: Vec<u16> = late.iter_mut().map(|visitor| visitor.answer(false).unwrap().status).collect();
    let took = begin.elapsed();
    let refused = answers.iter().filter(|status| **status == 503).count();
    assert_eq!(refused, TOO_MANY);
    assert_eq!(app.metric("visits_refused_total{reason=\"queue_full\"}"), Some(TOO_MANY as f64));
    assert_eq!(app.metric("visit_queue_capacity"), Some(QUEUE as f64));
    assert!(took < Duration::from_secs(1), "{TOO_MANY} refusals took {took:?}");
    assert_eq!(app.probe("/livez").status, 200);
    server.thaw();
    let statuses = visitors.iter_mut().map(|visitor| visitor.answer(false).unwrap().status);
    let counted = statuses.filter(|status| *status == 201).count();
    report("a full queue", &format!("{TOO_MANY} refused in {took:.0?} together, {counted} in the queue all counted"));
    assert_eq!(counted, QUEUE);
    assert_eq!(database.total(), QUEUE as i64 + 1);
}

fn depth(app: &App) -> f64 {
    app.metric("visit_queue_depth").unwrap()
}

/// Sends a visit whose answer is read later.
fn visit(app: &App) -> Connection {
    let mut connection = Connection::open(app.address).expect("a connection");
    connection.send(b"POST /api/v1/visits HTTP/1.1\r\nhost: dogs.example\r\n\r\n").unwrap();
    connection
}

/// Each visitor is a socket here and one in the server, which inherits the limit.
fn raise_file_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls get a valid structure.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit), 0);
        limit.rlim_cur = limit.rlim_cur.max(16_384.min(limit.rlim_max));
        assert_eq!(libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit), 0);
    }
}
