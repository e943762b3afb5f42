//! The visitor count: every visit gets its own number, and gets it only once that is durable.
//!
//! # Design
//! Group commit. Visits queue up; one thread drains all that wait into one transaction and hands out
//! the numbers when it is committed. While the database writes one batch, the next one gathers, so the
//! more visitors there are, the less each of them costs. A visitor who comes alone would pay for two
//! threads that have to be woken; so such a visit is committed by whoever brought it.

mod alone;
mod committer;
mod pulse;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use slog::Logger;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};

use alone::{Alone, Streak};
use committer::{Committer, QUEUE_VISITS};
use pulse::Pulse;
use visit::{Place, Visit};

use crate::store::Ledger;
use crate::telemetry::Metrics;

/// Why a visit was not given a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// Too many visits are waiting already.
    #[error("{QUEUE_VISITS} visits are waiting already")]
    QueueFull,
    /// The database did not commit the visit in time; whether it will is open.
    #[error("the visit was not committed in time")]
    TooLate,
    /// The counter has stopped.
    #[error("the counter has stopped")]
    Stopped,
}

impl CountError {
    const ALL: [Self; 3] = [Self::QueueFull, Self::TooLate, Self::Stopped];

    /// What metrics call it.
    fn label(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::TooLate => "too_late",
            Self::Stopped => "stopped",
        }
    }
}

/// Gives each visit its number; cheap to clone. Dropping every clone stops the counter.
#[derive(Clone)]
pub struct VisitCounter {
    alone: Alone,
    /// Bounds the queue: a visit keeps its place until it has its number or is given up.
    places: Arc<Semaphore>,
    timeout: Duration,
    pulse: Arc<Pulse>,
    metrics: Metrics,
}

/// The counting thread, as seen by whoever waits for its end.
pub struct CountingThread {
    ended: oneshot::Receiver<()>,
}

impl VisitCounter {
    /// Starts the counting thread. A visit waits for its number for `timeout` at most.
    ///
    /// # Panics
    /// When called outside a tokio runtime.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(
        ledger: Ledger,
        timeout: Duration,
        metrics: Metrics,
        logger: Logger,
    ) -> std::io::Result<(Self, CountingThread)> {
        // A series that begins with the first refusals would hide them from whoever asks for its increase.
        for reason in CountError::ALL {
            metrics.visits_refused.with_label_values(&[reason.label()]).reset();
        }
        metrics.visit_queue_capacity.set(QUEUE_VISITS.try_into().unwrap_or(i64::MAX));
        let (queue, visits) = mpsc::unbounded_channel();
        let pulse = Arc::new(Pulse::default());
        let (ledger, streak) = (Arc::new(Mutex::new(ledger)), Arc::new(Streak::default()));
        let alone = Alone {
            ledger: ledger.clone(),
            streak: streak.clone(),
            queue,
            pulse: pulse.clone(),
            metrics: metrics.clone(),
        };
        let committer = Committer {
            ledger,
            streak,
            queue: visits,
            waiting: Vec::new(),
            pulse: pulse.clone(),
            runtime: Handle::current(),
            metrics: metrics.clone(),
            logger: logger.clone(),
        };
        tokio::spawn(pulse.clone().watch(metrics.clone(), logger));
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new().name("visit-counter".into()).spawn(move || {
            // Dropped, and so told, when the thread ends, even by a panic.
            let _end: oneshot::Sender<()> = end;
            committer.run();
        })?;
        let places = Arc::new(Semaphore::new(QUEUE_VISITS));
        Ok((Self { alone, places, timeout, pulse, metrics }, CountingThread { ended }))
    }

    /// Counts one visit and returns its number, unique and greater than all given before.
    ///
    /// # Errors
    /// No number within the timeout, or too many visits waiting; see [`CountError`].
    pub async fn count(&self) -> Result<i64, CountError> {
        let counted = self.try_count().await;
        if let Err(reason) = counted {
            self.metrics.visits_refused.with_label_values(&[reason.label()]).inc();
        }
        counted
    }

    async fn try_count(&self) -> Result<i64, CountError> {
        let permit = self.places.clone().try_acquire_owned().map_err(|_| CountError::QueueFull)?;
        let is_only = self.places.available_permits() + 1 == QUEUE_VISITS;
        let (answer, number) = oneshot::channel();
        let visit = Visit::new(answer, Place::new(permit, self.metrics.visit_queue_depth.clone()));
        let counted = async {
            match self.alone.count(visit, is_only).await {
                Some(number) => Ok(number),
                None => number.await.map_err(|_| CountError::Stopped),
            }
        };
        tokio::time::timeout(self.timeout, counted).await.unwrap_or(Err(CountError::TooLate))
    }

    /// How long the counting thread has been inside one and the same attempt; zero when it is idle.
    pub fn stuck_for(&self) -> Duration {
        self.pulse.busy_for()
    }

    /// Longest time a visit waits for its number.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Why the last attempt to commit failed, if it did and none has succeeded since.
    pub fn failure(&self) -> Option<String> {
        self.pulse.failure()
    }

    /// Whether the counting thread is gone.
    pub fn is_dead(&self) -> bool {
        self.alone.queue.is_closed()
    }
}

impl CountingThread {
    /// Waits until the last batch is committed; call it when every [`VisitCounter`] is dropped.
    pub async fn stopped(self) {
        // It never sends: the end of the thread closes the channel.
        let _ = self.ended.await;
    }
}
