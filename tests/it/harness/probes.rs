//! What the readiness probes say over time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{http, wait};

/// As often as matters to the figures.
const EVERY: Duration = Duration::from_millis(100);

/// A thread that asks `/readyz` until it is told to stop.
pub struct Readings {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<(Instant, bool)>>,
}

impl Readings {
    /// Asks the operations listeners at `addresses`.
    pub fn begin(addresses: Vec<SocketAddr>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut readings = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                for address in &addresses {
                    let asked = Instant::now();
                    readings.push((asked, http::ask(*address, "GET", "/readyz", &[], b"").status == 200));
                }
                wait::pass(EVERY);
            }
            readings
        });
        Self { stop, thread }
    }

    /// When each probe was asked, and whether it said ready.
    pub fn end(self) -> Vec<(Instant, bool)> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("a probe is always answered")
    }
}
