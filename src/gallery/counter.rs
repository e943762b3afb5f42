//! The visitor count: every visit gets its own number, and gets it only once that is durable.
//!
//! # Design
//! Group commit. Visits queue up; one thread drains all that wait into one transaction and hands out
//! the numbers when it is committed. While the database writes one batch, the next one gathers, so the
//! more visitors there are, the less each of them costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use slog::{Logger, info, warn};
use tokio::sync::{mpsc, oneshot};

use crate::store::{Error, Ledger};
use crate::telemetry::Metrics;

/// Visits that may wait; more are turned away at once, so that the process stays responsive.
const QUEUE_VISITS: usize = 4096;

/// Pause after the first failure, doubled up to the longest: short, so that recovery is seen at once.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

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

/// Gives each visit its number; cheap to clone. Dropping every clone stops the counter.
#[derive(Clone)]
pub struct VisitCounter {
    queue: mpsc::Sender<Visit>,
    timeout: Duration,
    heart: Arc<Heart>,
    metrics: Metrics,
}

/// The counting thread, as seen by whoever waits for its end.
pub struct Counter {
    ended: oneshot::Receiver<()>,
}

/// One waiting visit: where its number goes. It is closed when the visitor has given up.
type Visit = oneshot::Sender<i64>;

impl VisitCounter {
    /// Starts the counting thread. A visit waits for its number for `timeout` at most.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(
        ledger: Ledger,
        timeout: Duration,
        metrics: Metrics,
        logger: Logger,
    ) -> std::io::Result<(Self, Counter)> {
        let (queue, visits) = mpsc::channel(QUEUE_VISITS);
        let heart = Arc::new(Heart::default());
        let committer = Committer {
            ledger,
            queue: visits,
            waiting: Vec::new(),
            heart: heart.clone(),
            metrics: metrics.clone(),
            logger,
        };
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new().name("visit-counter".into()).spawn(move || {
            // Dropped, and so told, when the thread ends, even by a panic.
            let _end: oneshot::Sender<()> = end;
            committer.run();
        })?;
        Ok((Self { queue, timeout, heart, metrics }, Counter { ended }))
    }

    /// Counts one visit and returns its number, unique and greater than all given before.
    ///
    /// # Errors
    /// No number within the timeout, or too many visits waiting; see [`CountError`].
    pub async fn count(&self) -> Result<i64, CountError> {
        let (visit, number) = oneshot::channel();
        self.queue.try_send(visit).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CountError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => CountError::Stopped,
        })?;
        self.metrics.visit_queue_depth.inc();
        match tokio::time::timeout(self.timeout, number).await {
            Ok(Ok(number)) => Ok(number),
            Ok(Err(_)) => Err(CountError::Stopped),
            Err(_) => Err(CountError::TooLate),
        }
    }

    /// How long the counting thread has been inside one and the same attempt; zero when it is idle.
    pub fn stuck_for(&self) -> Duration {
        self.heart.busy_for()
    }

    /// Whether the counting thread is gone.
    pub fn is_dead(&self) -> bool {
        self.queue.is_closed()
    }
}

impl Counter {
    /// Waits until the last batch is committed; call it when every [`VisitCounter`] is dropped.
    pub async fn stopped(self) {
        // It never sends: the end of the thread closes the channel.
        let _ = self.ended.await;
    }
}

struct Committer {
    ledger: Ledger,
    queue: mpsc::Receiver<Visit>,
    /// The visits of the undecided batch, if there is one, and behind them those not tried yet.
    waiting: Vec<Visit>,
    heart: Arc<Heart>,
    metrics: Metrics,
    logger: Logger,
}

impl Committer {
    fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut failing_since = None;
        // Blocks while there is nothing to do; ends when every sender is gone.
        while !self.waiting.is_empty() || self.queue.blocking_recv_many(&mut self.waiting, QUEUE_VISITS) > 0 {
            self.heart.starts();
            let outcome = self.attempt();
            self.heart.rests();
            match outcome {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    if let Some(since) = failing_since.take() {
                        info!(self.logger, "Visits are counted again"; "after_seconds" => seconds_since(since));
                    }
                }
                Err(error) => {
                    self.metrics.visit_commit_failures.inc();
                    if failing_since.is_none() {
                        failing_since = Some(Instant::now());
                        warn!(self.logger, "Cannot count visits, will try again"; "cause" => %error);
                    }
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    self.take_waiting();
                }
            }
        }
    }

    /// Commits the undecided batch or a new one.
    fn attempt(&mut self) -> Result<(), Error> {
        let undecided = self.ledger.undecided_visits();
        if undecided > 0
            && let Some(last) = self.ledger.settle()?
        {
            self.metrics.visits.inc_by(undecided as u64);
            self.answer(undecided, last);
            return Ok(());
        }
        self.take_waiting();
        let Ok(visits) = u32::try_from(self.waiting.len()) else { return Ok(()) };
        if visits == 0 {
            return Ok(());
        }
        let begin = Instant::now();
        let last = self.ledger.count(visits)?;
        self.metrics.batch_committed(visits, last, begin.elapsed());
        self.answer(self.waiting.len(), last);
        Ok(())
    }

    /// Lets those join who have come meanwhile, and those go who have given up; the undecided stay, as
    /// their number in the batch is fixed.
    fn take_waiting(&mut self) {
        while self.waiting.len() < QUEUE_VISITS
            && let Ok(visit) = self.queue.try_recv()
        {
            self.waiting.push(visit);
        }
        let mut position = 0;
        let (undecided, before) = (self.ledger.undecided_visits(), self.waiting.len());
        self.waiting.retain(|visit| {
            position += 1;
            position <= undecided || !visit.is_closed()
        });
        self.left(before - self.waiting.len());
    }

    /// Hands the numbers up to `last` to the first `visits` that wait, in the order they came.
    fn answer(&mut self, visits: usize, last: i64) {
        let first = last - i64::try_from(visits).unwrap_or(0) + 1;
        for (number, visit) in (first..).zip(self.waiting.drain(..visits)) {
            // A visitor who has just given up has no use for the number.
            let _ = visit.send(number);
        }
        self.left(visits);
    }

    fn left(&self, visits: usize) {
        self.metrics.visit_queue_depth.sub(i64::try_from(visits).unwrap_or(0));
    }
}

/// Since when the counting thread has been busy with one attempt, for the liveness probe: nothing in the
/// driver bounds a read from a database that has stalled.
#[derive(Default)]
struct Heart {
    /// Milliseconds of [`Heart::now`]; 0 when idle.
    busy_since: AtomicU64,
}

impl Heart {
    fn starts(&self) {
        self.busy_since.store(Self::now(), Ordering::Relaxed);
    }

    fn rests(&self) {
        self.busy_since.store(0, Ordering::Relaxed);
    }

    fn busy_for(&self) -> Duration {
        match self.busy_since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis(Self::now().saturating_sub(since)),
        }
    }

    /// Milliseconds on a clock that starts at 1 when it is first read.
    fn now() -> u64 {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        let elapsed = START.get_or_init(Instant::now).elapsed();
        1 + u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX - 1)
    }
}

fn seconds_since(begin: Instant) -> f64 {
    (begin.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}
