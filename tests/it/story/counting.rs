//! Every visit has its own number.

use std::net::SocketAddr;

use crate::harness::http::Connection;
use crate::harness::{App, Database, wait};

#[test]
fn every_refresh_has_the_next_number() {
    let app = App::start(&Database::migrated());
    for number in 1..=5 {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
}

#[test]
fn parallel_visits_are_all_counted_and_all_different() {
    let database = Database::migrated();
    let app = App::start(&database);
    let mut numbers = visit_in_parallel(&[app.address], 32, 50);
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=32 * 50).collect::<Vec<i64>>());
    assert_eq!(database.total(), 32 * 50);
    assert_eq!(app.get("/api/v1/visits").json()["total"], 32 * 50);
    assert_eq!(app.metric("dog_gif_visitors"), Some(32.0 * 50.0));
}

#[test]
fn visits_that_are_committed_together_are_numbered_in_the_order_they_came() {
    let database = Database::migrated();
    let app = App::start_with(&database, &[("VISIT_TIMEOUT_SECONDS", "60")]);
    assert_eq!(app.get("/").visitor(), Some(1));
    // They gather as long as this lasts.
    let mut visitors =
        database.with_counter_held(|| (1..=12).map(|waiting| visit_as_the_last_of(waiting, &app)).collect::<Vec<_>>());
    let numbers: Vec<_> = visitors.iter_mut().map(|visitor| visitor.answer(false).unwrap().visitor()).collect();
    assert_eq!(numbers, (2..=13).map(Some).collect::<Vec<_>>());
    assert!(app.metric("visit_batch_size_count").unwrap() <= 4.0, "they were not committed together");
}

/// Sends a visit, and returns once it is the last of so many that wait.
fn visit_as_the_last_of(waiting: u32, app: &App) -> Connection {
    let mut visitor = Connection::open(app.address).unwrap();
    visitor.send(b"POST /api/v1/visits HTTP/1.1\r\nhost: dogs.example\r\n\r\n").unwrap();
    let depth = || app.metric("visit_queue_depth").filter(|depth| *depth == f64::from(waiting));
    wait::until("a waiting visit", wait::PATIENCE, depth);
    visitor
}

#[test]
fn the_count_goes_on_after_a_restart() {
    let database = Database::migrated();
    let mut app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    assert_eq!(app.stop().code(), Some(0));
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(2));
}

#[test]
fn pages_and_the_api_count_but_pictures_probes_and_lists_do_not() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    assert_eq!(app.get("/dogs/rex-test").visitor(), Some(1));
    let counted = app.ask("POST", "/api/v1/visits", &[]);
    assert_eq!((counted.status, counted.visitor()), (201, Some(2)));
    for path in
        ["/random.gif", "/api/v1/gifs", "/api/v1/gifs/random", "/api/v1/visits", "/dogs/no-such-dog", "/nothing"]
    {
        app.get(path);
    }
    app.ask("HEAD", "/", &[]);
    app.probe("/metrics");
    assert_eq!(app.get("/api/v1/visits").json()["total"], 2);
    assert_eq!(database.total(), 2);
}

/// Lets `visitors` visit `times` times each, spread over `addresses`, and returns all their numbers.
pub fn visit_in_parallel(addresses: &[SocketAddr], visitors: usize, times: usize) -> Vec<i64> {
    let visit = |address: SocketAddr| {
        let mut connection = Connection::open(address).unwrap();
        let mut last = 0;
        let mut numbers = Vec::new();
        for _ in 0..times {
            let number = connection.ask("POST", "/api/v1/visits", &[], b"").unwrap().visitor().expect("a number");
            assert!(number > last, "numbers only grow");
            last = number;
            numbers.push(number);
        }
        numbers
    };
    std::thread::scope(|scope| {
        let visitors: Vec<_> =
            (0..visitors).map(|visitor| scope.spawn(move || visit(addresses[visitor % addresses.len()]))).collect();
        visitors.into_iter().flat_map(|visitor| visitor.join().unwrap()).collect()
    })
}
