//! Places for connections: how many there are, who has one, and what happens when all are taken.
//!
//! # Design
//! Whoever finds no place waits; nobody is refused. Those that have a place and no request under way are asked to give
//! it up, the oldest first: all that costs them is a new connection, while they would keep everybody out until their time
//! is over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use prometheus::{IntCounter, IntGauge};
use salvo::conn::ConnCtrl;
use salvo::fuse::ConnObserver;
use slog::{Logger, info, warn};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::telemetry::Metrics;

/// Those that were asked to go get this long before the next are asked.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// Nobody is asked sooner than this: the request of a new connection may be on its way.
const ASK_AFTER: Duration = Duration::from_secs(1);

/// One in so many is asked at a time.
const ASKED: usize = 10;

/// One in so many must be free before the next shortage is news again: those who wait take what becomes free first.
const FREE: usize = 2;

/// The places of one listener.
pub struct Places {
    hall: Arc<Hall>,
    /// The number of the next holder.
    next: u64,
    delayed: IntCounter,
}

/// What all places share.
struct Hall {
    most: usize,
    permits: Arc<Semaphore>,
    /// Who may be asked to go, by age, and since when they have their places.
    holders: Mutex<BTreeMap<u64, (Instant, ConnCtrl)>>,
    /// Whether the log says that all are taken.
    is_full: AtomicBool,
    open: IntGauge,
    logger: Logger,
}

/// One taken place: free again when it is dropped. It goes with a connection as its observer.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    number: u64,
    hall: Arc<Hall>,
}

impl Places {
    /// `most` of them for the listener `name`.
    pub fn new(name: &str, most: usize, metrics: &Metrics, logger: Logger) -> Self {
        metrics.http_connections_max.with_label_values(&[name]).set(i64::try_from(most).unwrap_or(i64::MAX));
        let hall = Hall {
            most,
            permits: Arc::new(Semaphore::new(most)),
            holders: Mutex::default(),
            is_full: AtomicBool::new(false),
            open: metrics.http_connections.with_label_values(&[name]),
            logger,
        };
        Self { hall: Arc::new(hall), next: 0, delayed: metrics.http_connections_delayed.with_label_values(&[name]) }
    }

    /// Takes a place for the connection that `control` belongs to, however long that takes.
    pub async fn take(&mut self, control: &ConnCtrl) -> Place {
        let permit = if let Ok(permit) = self.hall.permits.clone().try_acquire_owned() {
            permit
        } else {
            self.delayed.inc();
            self.hall.tell_that_it_is_full();
            self.hall.make_room().await
        };
        self.next += 1;
        self.hall.holders.lock().insert(self.next, (Instant::now(), control.clone()));
        self.hall.open.inc();
        Place { _permit: permit, number: self.next, hall: self.hall.clone() }
    }
}

impl Hall {
    fn tell_that_it_is_full(&self) {
        if !self.is_full.swap(true, Ordering::Relaxed) {
            warn!(self.logger, "All places for connections are taken; new ones wait"; "places" => self.most);
        }
    }

    fn tell_that_some_are_free(&self, free: usize) {
        if free >= self.most / FREE && self.is_full.swap(false, Ordering::Relaxed) {
            info!(self.logger, "Places for connections are free again"; "places" => free);
        }
    }

    async fn make_room(&self) -> OwnedSemaphorePermit {
        let free = self.permits.clone().acquire_owned();
        tokio::pin!(free);
        loop {
            self.ask_the_oldest_to_go();
            if let Ok(permit) = tokio::time::timeout(ASK_EVERY, &mut free).await {
                return permit.expect("the semaphore is never closed");
            }
        }
    }

    /// Lets some of the holders finish what they do, and close.
    fn ask_the_oldest_to_go(&self) {
        let mut holders = self.holders.lock();
        for _ in 0..self.most.div_ceil(ASKED) {
            let Some(oldest) = holders.first_entry().filter(|oldest| oldest.get().0.elapsed() >= ASK_AFTER) else {
                break;
            };
            oldest.remove().1.graceful_shutdown();
        }
    }
}

impl ConnObserver for Place {}

impl Drop for Place {
    fn drop(&mut self) {
        self.hall.holders.lock().remove(&self.number);
        self.hall.open.dec();
        // This one is given back right after.
        self.hall.tell_that_some_are_free(self.hall.permits.available_permits() + 1);
    }
}
