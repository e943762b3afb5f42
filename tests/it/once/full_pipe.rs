//! Whoever reads the log has stopped reading: visitors do not notice, and lost lines are counted.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::app::{program, text};
use crate::harness::http::Connection;
use crate::harness::log::Lines;
use crate::harness::process::Process;
use crate::harness::{Database, wait};

/// More lines than the channel to the writing thread and the pipe behind it hold.
const REQUESTS: usize = 12_000;

#[test]
fn a_log_that_nobody_reads_blocks_no_visitor_and_lost_lines_are_told() {
    let mut process = Process::spawn(program(&Database::fresh_sqlite(), &[("PORT", "0"), ("OPS_PORT", "0")])).unwrap();
    let mut output = BufReader::new(process.stdout());
    let listening = loop {
        let mut line = String::new();
        assert!(output.read_line(&mut line).unwrap() > 0, "the server ended");
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["msg"] == "Listening" {
            break line;
        }
    };
    let address = text(&listening["address"]).parse().unwrap();
    let slowest = std::thread::scope(|scope| {
        let visitors: Vec<_> = (0..8).map(|_| scope.spawn(|| ask_often(address, REQUESTS / 8))).collect();
        visitors.into_iter().map(|visitor| visitor.join().unwrap()).max().unwrap()
    });
    assert!(slowest < Duration::from_secs(1), "a visitor waited {slowest:?} for the log");
    let lines = Lines::of(output);
    let told = || lines.text().contains("dropped messages").then_some(());
    // The next line after the jam brings the count with it.
    wait::until("the number of lost lines", wait::PATIENCE, || {
        ask_often(address, 1);
        told()
    });
}

/// Returns how long the slowest answer took.
fn ask_often(address: std::net::SocketAddr, times: usize) -> Duration {
    let mut connection = Connection::open(address).unwrap();
    let ask = |_| {
        let begin = Instant::now();
        assert_eq!(connection.ask("GET", "/random.gif", &[], b"").unwrap().status, 302);
        begin.elapsed()
    };
    (0..times).map(ask).max().unwrap_or_default()
}
