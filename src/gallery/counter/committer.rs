//! The counting thread: drains all that waits into one batch, commits it, and hands out the numbers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use slog::{Logger, error, info, warn};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc};

use super::alone::Streak;
use super::pulse::Pulse;
use super::visit::Visit;
use crate::store::{Counted, Error, Ledger, Settled};
use crate::telemetry::{Metrics, in_full};

/// Visits that may wait, those of the batch at work included; more are turned away at once, so that the process stays
/// responsive.
pub const QUEUE_VISITS: usize = 4096;

/// Pause after the first failure, doubled up to the longest: short, so that recovery is seen at once.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Causes that alternate are told once in so long.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Fewer than this are answered from the counting thread: the way through the runtime would take longer.
const FEW_VISITS: usize = 4;

/// How an attempt ended that did not fail.
enum Attempt {
    /// The database has acknowledged visits.
    Counted,
    /// Whoever waited has left, so nothing was asked of the database and nothing is known of it.
    NobodyWaits,
}

/// What the counting thread works with.
pub(super) struct Committer {
    /// Shared with visits that are alone.
    pub(super) ledger: Arc<Mutex<Ledger>>,
    pub(super) streak: Arc<Streak>,
    pub(super) queue: mpsc::UnboundedReceiver<Visit>,
    /// The visits of the undecided batch, if there is one, and behind them those not tried yet.
    pub(super) waiting: Vec<Visit>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) runtime: Handle,
    pub(super) metrics: Metrics,
    pub(super) logger: Logger,
}

impl Committer {
    /// Counts until every sender of visits is gone.
    #[expect(clippy::disallowed_methods, reason = "the thread is this counter's own, and has nothing else to do")]
    pub(super) fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut outage: Option<Outage> = None;
        // Blocks while there is nothing to do.
        while !self.waiting.is_empty() || self.queue.blocking_recv_many(&mut self.waiting, QUEUE_VISITS) > 0 {
            if let Some(cause) = self.waiting.iter_mut().find_map(|visit| visit.failure.take()) {
                self.tell_failure(cause, &mut outage);
            }
            self.pulse.attempt_begins();
            match self.attempt() {
                Ok(Attempt::NobodyWaits) => self.pulse.attempt_dropped(),
                Ok(Attempt::Counted) => {
                    self.pulse.attempt_succeeded();
                    pause = FIRST_PAUSE;
                    if let Some(outage) = outage.take() {
                        info!(self.logger, "Visits are counted again"; "after_seconds" => outage.seconds());
                    }
                }
                Err(error) => {
                    self.tell_failure(in_full(&error), &mut outage);
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        self.ledger.blocking_lock().close();
    }

    fn tell_failure(&self, cause: String, outage: &mut Option<Outage>) {
        self.pulse.attempt_failed(&cause);
        self.metrics.visit_commit_failures.inc();
        if outage.get_or_insert_default().is_news(&cause) {
            warn!(self.logger, "Cannot count visits, will try again"; "cause" => cause);
        }
    }

    /// Commits the undecided batch or a new one.
    fn attempt(&mut self) -> Result<Attempt, Error> {
        let shared = self.ledger.clone();
        let mut ledger = shared.blocking_lock();
        self.take_waiting(&ledger);
        let undecided = ledger.undecided_visits();
        if undecided > 0 {
            match ledger.settle()? {
                Settled::Committed(last) => {
                    self.metrics.visits.inc_by(undecided as u64);
                    self.answer(undecided, last);
                    return Ok(Attempt::Counted);
                }
                Settled::NeverWillBe => {}
                Settled::Lost { found, known } => {
                    // The count itself is lifted by the next batch, which says so as well.
                    error!(self.logger, "The database has lost batches of visits that were acknowledged";
                        "known_batch" => known, "found_batch" => found);
                }
            }
            self.take_waiting(&ledger);
        }
        let visits = u32::try_from(self.waiting.len()).unwrap_or(0);
        if visits == 0 {
            return Ok(Attempt::NobodyWaits);
        }
        let begin = Instant::now();
        let Counted { last, regression } = ledger.count(visits)?;
        drop(ledger);
        if let Some(regression) = regression {
            self.metrics.count_regressions.inc();
            error!(self.logger, "The count went back"; "known" => regression.known, "found" => regression.found);
        }
        self.streak.note(self.waiting.len());
        self.metrics.batch_committed(visits, last, begin.elapsed());
        self.answer(self.waiting.len(), last);
        Ok(Attempt::Counted)
    }

    /// Lets those join who have come meanwhile, and those go who have given up; the undecided stay and come first, as
    /// their number in the batch is fixed.
    fn take_waiting(&mut self, ledger: &Ledger) {
        while let Ok(visit) = self.queue.try_recv() {
            self.waiting.push(visit);
        }
        self.waiting.sort_by_key(|visit| !visit.is_undecided);
        let mut position = 0;
        let undecided = ledger.undecided_visits();
        self.waiting.retain(|visit| {
            position += 1;
            position <= undecided || !visit.answer.is_closed()
        });
    }

    /// Hands the numbers up to `last` to the first `visits` that wait, in the order they came.
    fn answer(&mut self, visits: usize, last: i64) {
        let first = last - i64::try_from(visits).unwrap_or(0) + 1;
        let numbered: Vec<_> = (first..).zip(self.waiting.drain(..visits)).collect();
        let hand_out = move || {
            for (number, Visit { answer, place, .. }) in numbered {
                drop(place);
                // A visitor who has just given up has no use for the number.
                let _ = answer.send(number);
            }
        };
        if visits < FEW_VISITS {
            return hand_out();
        }
        // Waking many tasks from here would cost a system call for most of them; a worker of the runtime
        // wakes its own for nothing.
        self.runtime.spawn(async move { hand_out() });
    }
}

/// Failures without a success between them.
#[derive(Default)]
struct Outage {
    begin: Option<Instant>,
    logged: Option<(Instant, String)>,
}

impl Outage {
    /// Whether the log should say this: it is not what was said last, and that was not just now.
    fn is_news(&mut self, cause: &str) -> bool {
        let now = Instant::now();
        self.begin.get_or_insert(now);
        let is_news = self.logged.as_ref().is_none_or(|(at, logged)| logged != cause && at.elapsed() >= TELL_EVERY);
        if is_news {
            self.logged = Some((now, cause.to_string()));
        }
        is_news
    }

    fn seconds(&self) -> f64 {
        let seconds = self.begin.map_or(0.0, |begin| begin.elapsed().as_secs_f64());
        (seconds * 1000.0).round() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use slog::Discard;
    use tokio::sync::{Semaphore, oneshot};

    use super::super::visit::Place;
    use super::*;
    use crate::config::{Backend, Database};
    use crate::store::scratch::new_directory;
    use crate::store::{Purpose, Store};

    #[tokio::test]
    async fn a_visitor_who_leaves_during_an_outage_does_not_end_it() {
        let nowhere = Database::Sqlite { path: "/dev/null/dogs.db".into() };
        let (committer, queue) = committer(&Store::open(&nowhere));
        let pulse = committer.pulse.clone();
        pulse.attempt_failed("it is away");
        let (gone, number) = visit();
        drop(number);
        assert!(queue.send(gone).is_ok());
        run_to_the_end(committer, queue).await;
        assert_eq!(pulse.failure().as_deref(), Some("it is away"));
        assert_eq!(pulse.busy_for(), Duration::ZERO);
    }

    #[tokio::test]
    async fn visitors_who_have_left_are_not_counted_among_those_who_wait() {
        let directory = new_directory();
        let store = Store::open(&Database::Sqlite { path: directory.join("dogs.db") });
        store.migrate(Purpose::Beginning).unwrap();
        let (committer, queue) = committer(&store);
        let mut numbers = Vec::new();
        for is_gone in [true, false, true, false] {
            let (visit, number) = visit();
            assert!(queue.send(visit).is_ok());
            numbers.extend((!is_gone).then_some(number));
        }
        run_to_the_end(committer, queue).await;
        let numbers: Vec<_> = numbers.into_iter().map(|mut number| number.try_recv()).collect();
        assert_eq!(numbers, [Ok(1), Ok(2)]);
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn an_outage_is_told_again_when_its_cause_has_changed_and_a_second_has_gone_by() {
        let mut outage = Outage::default();
        assert!(outage.is_news("it is away"));
        assert!(!outage.is_news("it refuses"), "something was told just now");
        outage.logged.as_mut().unwrap().0 -= TELL_EVERY;
        assert!(!outage.is_news("it is away"), "it was told");
        assert!(outage.is_news("it refuses"));
    }

    #[test]
    fn an_outage_is_as_long_as_since_its_first_failure() {
        let outage = Outage { begin: Some(Instant::now() - Duration::from_millis(1500)), ..Outage::default() };
        assert!((1.5..1.9).contains(&outage.seconds()), "{}", outage.seconds());
    }

    /// The counting thread, before it runs, and the way to it.
    fn committer(store: &Store) -> (Committer, mpsc::UnboundedSender<Visit>) {
        let (visits, queue) = mpsc::unbounded_channel();
        let committer = Committer {
            ledger: Arc::new(Mutex::new(store.ledger())),
            streak: Arc::default(),
            queue,
            waiting: Vec::new(),
            pulse: Arc::default(),
            runtime: Handle::current(),
            metrics: Metrics::new("test", Backend::Sqlite),
            logger: Logger::root(Discard, slog::o!()),
        };
        (committer, visits)
    }

    /// A visit, and where its number arrives.
    fn visit() -> (Visit, oneshot::Receiver<i64>) {
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let depth = Metrics::new("test", Backend::Sqlite).visit_queue_depth;
        let (answer, number) = oneshot::channel();
        (Visit::new(answer, Place::new(permit, depth)), number)
    }

    async fn run_to_the_end(committer: Committer, queue: mpsc::UnboundedSender<Visit>) {
        drop(queue);
        tokio::task::spawn_blocking(move || committer.run()).await.unwrap();
    }
}
