//! Signals at awkward moments: while it starts, and while the database says nothing.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::harness::app::{program, run, timed};
use crate::harness::log::Lines;
use crate::harness::process::Process;
use crate::harness::{App, Database, http, wait};

#[test]
fn sigterm_ends_a_start_that_waits_for_sqlite() {
    let database = Database::fresh_sqlite();
    run(&database, &["migrate"]).successful();
    let file = database.directory.join("data/dog-gif-app.db");
    let mut lock = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    lock.batch_execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;").unwrap();
    ends_at_once_while_starting(&database);
}

#[test]
fn sigterm_ends_a_start_that_waits_for_mysql() {
    let silent = Silent::server();
    ends_at_once_while_starting(&silent.database());
}

#[test]
fn sigterm_waits_neither_for_a_migration_nor_for_a_visit_that_no_database_answers() {
    let silent = Silent::server();
    let mut app = App::start_with(&silent.database(), &[("MIGRATE_ON_START", "true"), ("VISIT_TIMEOUT_SECONDS", "60")]);
    let address = app.address;
    let visitor = std::thread::spawn(move || {
        http::Connection::open(address).unwrap().ask("POST", "/api/v1/visits", &[], b"").map(|answer| answer.status)
    });
    wait::until("a visit that waits", wait::PATIENCE, || (app.metric("visit_queue_depth") == Some(1.0)).then_some(()));
    let (took, status) = timed(|| app.stop());
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "it took {took:?}");
    assert_ne!(visitor.join().unwrap().ok(), Some(201), "a visit that no database has seen was acknowledged");
}

#[test]
fn a_second_signal_waits_for_nobody_who_reads_the_sqlite_file() {
    let database = Database::fresh_sqlite();
    let mut app = App::start_with(&database, &[("DRAIN_SECONDS", "1")]);
    assert_eq!(app.ask("POST", "/api/v1/visits", &[]).status, 201);
    let file = database.directory.join("data/dog-gif-app.db");
    let mut reader = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    reader.batch_execute("BEGIN; SELECT COUNT(*) FROM gifs;").unwrap();
    assert_eq!(app.ask("POST", "/api/v1/visits", &[]).status, 201);
    app.terminate();
    let gone = || std::net::TcpStream::connect(app.address).is_err().then_some(());
    wait::until("the end of the website", wait::PATIENCE, gone);
    let (took, status) = timed(|| app.stop());
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(1), "it took {took:?}");
    drop(reader);
    assert_eq!(database.total(), 2);
}

#[test]
fn why_a_database_cannot_be_migrated_is_told_whenever_it_changes() {
    let silent = Silent::server();
    let database = silent.database();
    let port = silent.0.local_addr().unwrap();
    drop(silent);
    let app = App::start_with(&database, &[("MIGRATE_ON_START", "true")]);
    let told = |what: &str| {
        app.log.wait_for(what, wait::PATIENCE, |line| {
            line["msg"] == "Cannot migrate, will try again" && line["cause"].as_str().unwrap().contains(what)
        })
    };
    told("Can't connect");
    let hangs_up = TcpListener::bind(port).unwrap();
    std::thread::spawn(move || hangs_up.incoming().for_each(drop));
    told("Lost connection");
}

/// A database server that takes connections and never says a word.
struct Silent(TcpListener);

impl Silent {
    fn server() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn database(&self) -> Database {
        let port = self.0.local_addr().unwrap().port().to_string();
        Database::fresh_sqlite().with(&[
            ("MYSQL_HOST", "127.0.0.1"),
            ("MYSQL_PORT", &port),
            ("MYSQL_USER", "dog"),
            ("MYSQL_DATABASE", "dogs"),
            ("MYSQL_PASSWORD", "bone"),
        ])
    }
}

fn ends_at_once_while_starting(database: &Database) {
    let mut command = program(database, &[("PORT", "0"), ("OPS_PORT", "0")]);
    command.stdin(Stdio::null());
    let mut process = Process::spawn(command).unwrap();
    let log = Lines::of(process.stdout());
    wait::until("a process that listens for SIGTERM", wait::PATIENCE, || catches_sigterm(process.id()).then_some(()));
    let (took, status) = timed(|| {
        process.signal(libc::SIGTERM);
        process.wait(wait::PATIENCE)
    });
    assert_eq!(status.code(), Some(0), "{}", log.text());
    assert!(took < Duration::from_secs(1), "it took {took:?}");
    assert_eq!(log.message("Stopped while starting")["signal"], "SIGTERM");
}

/// Whether the kernel has a handler for SIGTERM in this process.
fn catches_sigterm(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    caught & (1 << (libc::SIGTERM - 1)) != 0
}
