//! Whoever reads the log has stopped reading: visitors do not notice, lost lines are counted, and a signal still
//! ends the process.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{ChildStdout, Stdio};
use std::time::Duration;

use crate::harness::app::{program, timed};
use crate::harness::http::{self, Connection};
use crate::harness::log::Lines;
use crate::harness::process::Process;
use crate::harness::{App, Database, wait};

/// More lines than the channel to the writing thread and the pipe behind it hold.
const REQUESTS: usize = 12_000;

/// What LOG_FORMAT can be: each is written by another thread.
const FORMATS: [&str; 2] = ["json", "text"];

#[test]
fn a_log_that_nobody_reads_blocks_no_visitor_and_lost_lines_are_told() {
    for format in FORMATS {
        let server = Unread::start(&Database::fresh_sqlite(), &[("LOG_FORMAT", format)]);
        let slowest = server.jam();
        assert!(slowest < Duration::from_secs(1), "{format}: a visitor waited {slowest:?} for the log");
        let lines = Lines::of(server.output);
        // The next line after the jam brings the count with it.
        wait::until("the number of lost lines", wait::PATIENCE, || {
            ask_often(server.address, 1);
            lines.text().contains("dropped messages").then_some(())
        });
    }
}

#[test]
fn sigterm_ends_a_process_whose_log_nobody_reads_and_no_visit_is_lost() {
    for format in FORMATS {
        let database = Database::fresh_sqlite();
        let mut server = Unread::start(&database, &[("DRAIN_SECONDS", "1"), ("LOG_FORMAT", format)]);
        server.jam();
        for _ in 0..20 {
            assert_eq!(http::ask(server.address, "POST", "/api/v1/visits", &[], b"").status, 201);
        }
        let (took, status) = timed(|| {
            server.process.signal(libc::SIGTERM);
            server.process.wait(wait::PATIENCE)
        });
        assert_eq!(status.code(), Some(0), "{format}");
        assert!((1.0..11.0).contains(&took.as_secs_f64()), "{format}: it took {took:?}");
        assert_eq!(database.total(), 20, "{format}");
    }
}

#[test]
fn a_second_signal_ends_a_process_whose_log_nobody_reads_at_once() {
    for format in FORMATS {
        let settings = [("DRAIN_SECONDS", "60"), ("LOG_FORMAT", format)];
        let mut server = Unread::start(&Database::fresh_sqlite(), &settings);
        server.jam();
        server.process.signal(libc::SIGTERM);
        let draining = || (http::ask(server.operations, "GET", "/readyz", &[], b"").status == 503).then_some(());
        wait::until("a probe that says no", wait::PATIENCE, draining);
        let (took, status) = timed(|| {
            server.process.signal(libc::SIGTERM);
            server.process.wait(wait::PATIENCE)
        });
        assert_eq!(status.code(), Some(0), "{format}");
        assert!(took < Duration::from_secs(2), "{format}: it took {took:?}");
    }
}

#[test]
fn a_reader_of_the_log_that_is_gone_disturbs_nobody() {
    let database = Database::fresh_sqlite();
    let Unread { mut process, output, address, operations } = Unread::start(&database, &[]);
    drop(output);
    ask_often(address, 100);
    assert_eq!(http::ask(address, "POST", "/api/v1/visits", &[], b"").status, 201);
    assert_eq!(http::ask(operations, "GET", "/livez", &[], b"").status, 200);
    process.signal(libc::SIGTERM);
    assert_eq!(process.wait(wait::PATIENCE).code(), Some(0));
    assert_eq!(database.total(), 1);
}

#[test]
fn an_error_that_nobody_reads_ends_the_process_all_the_same() {
    let app = App::start(&Database::fresh_sqlite());
    let taken = app.address.port().to_string();
    let (_unread, pipe) = full_pipe();
    let mut command = program(&Database::fresh_sqlite(), &[("PORT", &taken), ("OPS_PORT", "0")]);
    command.stdout(pipe.try_clone().unwrap()).stderr(pipe);
    let mut process = Process::spawn(command).unwrap();
    assert_eq!(process.wait(Duration::from_secs(10)).code(), Some(1));
}

/// A server whose log is read until it listens, and then no more.
struct Unread {
    process: Process,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
    operations: SocketAddr,
}

impl Unread {
    fn start(database: &Database, settings: &[(&str, &str)]) -> Self {
        let mut command = program(database, settings);
        command.env("PORT", "0").env("OPS_PORT", "0").stdin(Stdio::null());
        let mut process = Process::spawn(command).unwrap();
        let mut output = BufReader::new(process.stdout());
        let listening = loop {
            let mut line = String::new();
            assert!(output.read_line(&mut line).unwrap() > 0, "the server ended");
            if line.contains("Listening") {
                break line;
            }
        };
        // `"address":"127.0.0.1:5000",` or `address: 127.0.0.1:5000,`
        let address = |field: &str| {
            let line = listening.replace('"', "").replace(": ", ":");
            let (_, value) = line.split_once(&format!("{field}:")).unwrap();
            value.split([',', '}', '\n']).next().unwrap().parse().unwrap()
        };
        Self { address: address("address"), operations: address("operations"), process, output }
    }

    /// Fills the pipe and the channel before it; returns how long the slowest answer took.
    fn jam(&self) -> Duration {
        let address = self.address;
        std::thread::scope(|scope| {
            let visitors: Vec<_> = (0..8).map(|_| scope.spawn(move || ask_often(address, REQUESTS / 8))).collect();
            visitors.into_iter().map(|visitor| visitor.join().unwrap()).max().unwrap()
        })
    }
}

/// Returns how long the slowest answer took.
fn ask_often(address: SocketAddr, times: usize) -> Duration {
    let mut connection = Connection::open(address).unwrap();
    let ask = |_| {
        let (took, answer) = timed(|| connection.ask("GET", "/random.gif", &[], b"").unwrap());
        assert_eq!(answer.status, 302);
        took
    };
    (0..times).map(ask).max().unwrap_or_default()
}

/// A pipe that holds all it can.
fn full_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    // SAFETY: takes no pointers; the descriptor is the writer's.
    let capacity = unsafe { libc::fcntl(std::os::fd::AsRawFd::as_raw_fd(&writer), libc::F_GETPIPE_SZ) };
    writer.write_all(&vec![b'.'; usize::try_from(capacity).unwrap()]).unwrap();
    (reader, writer)
}
