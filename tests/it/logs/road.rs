//! A program, its node's log files, a collector and a store; and who visits.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::harness::http::Connection;
use crate::harness::log_files::{Containerd, LogFile};
use crate::harness::log_road::{Collector, LogStore, Settings};
use crate::harness::process::new_directory;
use crate::harness::{App, wait};

pub const NAMESPACE: &str = "dog-gif-app-test";
pub const POD: &str = "dog-gif-app-7d9f6c-abcde";
pub const CONTAINER: &str = "dog-gif-app";

/// Requests a second, each of which is a line.
const RATE: u32 = 200;

/// No line comes that late: the exporter tries again after 5 s at most, and the usual batch processor waits as long.
const SILENCE: Duration = Duration::from_secs(8);

/// The whole road behind a program.
pub struct Road {
    pub collector: Collector,
    pub store: LogStore,
    pub containerd: Containerd,
}

impl Road {
    pub fn behind(app: &App, settings: &Settings) -> Self {
        let node = new_directory("node");
        let containerd = Containerd::write(app.log.clone(), LogFile::new(&node, NAMESPACE, POD, CONTAINER));
        let store = LogStore::start();
        let collector = Collector::start(settings, &node, &store);
        Self { collector, store, containerd }
    }

    /// Waits until every line of the visits has come, or none has for long.
    pub fn arrived(&self, visits: usize) -> Arrived {
        let begin = Instant::now();
        let (mut lines, mut changed) = (0, Instant::now());
        loop {
            let ids = self.ids();
            let sum = ids.values().sum();
            if sum != lines {
                (lines, changed) = (sum, Instant::now());
            }
            let is_complete = ids.len() == visits;
            if is_complete || changed.elapsed() > SILENCE {
                let took = changed.saturating_duration_since(begin);
                // What comes twice comes later.
                wait::pass(Duration::from_secs(1));
                let ids = self.ids();
                return Arrived { lost: visits - ids.len(), doubled: ids.values().sum::<usize>() - ids.len(), took };
            }
            wait::pass(Duration::from_millis(100));
        }
    }

    /// Each request of [`visit`], and how many lines it has. Those that came twice are one to Loki, which keeps what is the same
    /// to the nanosecond once.
    fn ids(&self) -> BTreeMap<String, usize> {
        let each = "stats by (request_id) count() lines, count_uniq(_time, _msg) different";
        let lines = self.store.query(&format!("request_id:~\"^visit-\" | {each}"));
        let number = |value: &serde_json::Value| value.as_str().unwrap().parse().unwrap();
        lines
            .iter()
            .map(|line| {
                assert_eq!(line["different"], "1", "{line}");
                (line["request_id"].as_str().unwrap().into(), number(&line["lines"]))
            })
            .collect()
    }
}

/// What became of the lines.
pub struct Arrived {
    pub lost: usize,
    doubled: usize,
    /// From the last request on.
    took: Duration,
}

impl fmt::Display for Arrived {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, doubled, took } = self;
        write!(formatter, "{lost} lost, {doubled} doubled, the last {took:.1?} after the last request")
    }
}

/// So many requests at [`RATE`], each with an id of its own; `done` says how many were answered.
pub fn visit(address: SocketAddr, requests: usize, done: &AtomicUsize) {
    let mut line = Connection::open(address).unwrap();
    let begin = Instant::now();
    for number in 0..requests {
        let path = ["/api/v1/gifs/random", "/nothing"][number % 2];
        line.ask("GET", path, &[("x-request-id", &format!("visit-{number:06}"))], b"").unwrap();
        done.store(number + 1, Ordering::Release);
        let due = begin + Duration::from_secs(1) * u32::try_from(number).unwrap() / RATE;
        wait::pass(due.saturating_duration_since(Instant::now()));
    }
}

/// Waits until so many requests are answered.
pub fn wait_for(requests: usize, done: &AtomicUsize) {
    wait::until("requests", 2 * wait::PATIENCE, || (done.load(Ordering::Acquire) >= requests).then_some(()));
}
