//! File descriptors: raised at start, kept for what must go on, and not the end of the process when they run out.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::app::{finish, program, timed};
use crate::harness::{App, Database, wait};

/// What most systems give a process.
const USUAL: u64 = 1024;

/// More than fit below the usual limit.
const CONNECTIONS: usize = 1100;

#[test]
fn the_soft_limit_is_raised_to_the_hard_one_and_both_are_told() {
    let app = App::start_program(limited(&Database::fresh_sqlite(), 256, 2048));
    let line = app.log.message("File descriptors are bounded");
    assert_eq!((&line["soft_limit"], &line["hard_limit"]), (&256.into(), &2048.into()));
    assert_eq!(app.metric("process_max_fds"), Some(2048.0));
    let places = app.metric(r#"http_connections_max{listener="website"}"#).unwrap();
    assert!((1500.0..2000.0).contains(&places), "{places} places");
    assert_eq!(line["places_for_visitors"], places as u64);
}

#[test]
fn with_every_place_taken_probes_are_answered_and_visitors_wait() {
    let app = App::start_program(limited(&Database::fresh_sqlite(), USUAL, USUAL));
    app.wait_until_ready();
    let connections = |what: &str| app.metric(&format!(r#"http_connections{what}{{listener="website"}}"#));
    let held = hold(&app, b"GET / HTTP/1.1\r\nhost: dogs");
    let full = app.log.message("All places for connections are taken; new ones wait");
    assert_eq!((&full["level"], &full["listener"]), (&"warning".into(), &"website".into()));
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(app.probe(path).status, 200, "{path}");
    }
    assert_eq!(connections(""), connections("_max"));
    assert!(connections("_delayed_total").unwrap() > 0.0);
    let free = USUAL as f64 - app.metric("process_open_fds").unwrap();
    assert!(free >= 64.0, "{free} descriptors are left, which are too few for as many operators as have places");
    drop(held);
    assert_eq!(app.get("/").visitor(), Some(1));
    app.log.message("Places for connections are free again");
    let told = |message: &str| app.log.json().iter().filter(|line| line["msg"] == message).count();
    assert_eq!(told("All places for connections are taken; new ones wait"), 1);
    assert_eq!(told("Cannot accept connections, will try again"), 0);
}

#[test]
fn connections_without_a_request_make_room_for_visitors() {
    let app = App::start_program(limited(&Database::fresh_sqlite(), USUAL, USUAL));
    let _held = hold(&app, b"");
    for visitor in 1..=3 {
        assert_eq!(app.get("/").visitor(), Some(visitor));
    }
}

#[test]
fn with_every_place_taken_the_process_stops_in_time() {
    let mut app = App::start_program(limited(&Database::fresh_sqlite(), USUAL, USUAL));
    let _held = hold(&app, b"GET / HTTP/1.1\r\nhost: dogs");
    app.log.message("All places for connections are taken; new ones wait");
    let (took, status) = timed(|| app.stop());
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "it took {took:?}");
}

#[test]
fn running_out_of_file_descriptors_is_told_once_and_survived() {
    let app = App::start(&Database::fresh_sqlite());
    app.wait_until_ready();
    let begin = Instant::now();
    let none = set_soft_limit(app.process.id(), 3);
    let waiting = TcpStream::connect(app.address).unwrap();
    let told = app.log.message("Cannot accept connections, will try again");
    assert!(told["cause"].as_str().unwrap().contains("Too many open files"), "{told}");
    // How often it tries in a second is the question.
    wait::pass(Duration::from_secs(1));
    set_soft_limit(app.process.id(), none);
    app.log.message("Connections are accepted again");
    let tenths = begin.elapsed().as_secs_f64() * 10.0;
    assert_eq!(app.get("/").visitor(), Some(1));
    let failures = app.metric(r#"http_accept_failures_total{listener="website"}"#).unwrap();
    assert!((5.0..=tenths + 1.0).contains(&failures), "{failures} failures in {tenths} tenths of a second");
    let lines = app.log.json().iter().filter(|line| line["msg"] == told["msg"]).count();
    assert_eq!(lines, 1, "{}", app.log.text());
    drop(waiting);
}

#[test]
fn too_few_file_descriptors_are_told_with_a_remedy() {
    let mut command = limited(&Database::fresh_sqlite(), 64, 64);
    command.env("PORT", "0").env("OPS_PORT", "0");
    let finished = finish(command, b"");
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("64 file descriptors are too few"), "{finished:?}");
    assert!(finished.errors.contains("ulimit -n"), "{finished:?}");
}

/// The program with limits of its own.
fn limited(database: &Database, soft: u64, hard: u64) -> Command {
    let mut command = program(database, &[]);
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: setrlimit is async-signal-safe, as is required between fork and exec; the pointer is to a local.
    unsafe {
        command.pre_exec(move || match libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
    command
}

/// Opens connections, sends the same on each, and holds them.
fn hold(app: &App, beginning: &[u8]) -> Vec<TcpStream> {
    let open = |_| {
        // Also those beyond the bound are connected, by the kernel: they wait there.
        let mut stream = TcpStream::connect_timeout(&app.address, Duration::from_secs(5)).unwrap();
        stream.write_all(beginning).unwrap();
        stream
    };
    (0..CONNECTIONS).map(open).collect()
}

/// Sets the soft limit of another process; returns what it was.
fn set_soft_limit(id: u32, soft: u64) -> u64 {
    let id = libc::pid_t::try_from(id).unwrap();
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointers are to locals, or null where nothing is wanted.
    unsafe {
        assert_eq!(libc::prlimit(id, libc::RLIMIT_NOFILE, std::ptr::null(), &raw mut before), 0);
        let limit = libc::rlimit { rlim_cur: soft, ..before };
        assert_eq!(libc::prlimit(id, libc::RLIMIT_NOFILE, &raw const limit, std::ptr::null_mut()), 0);
    }
    before.rlim_cur
}
