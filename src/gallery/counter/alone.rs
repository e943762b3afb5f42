//! A visit that arrives alone is committed by whoever brought it: no thread has to be woken, neither to commit it nor
//! to hand out its number, and none waits for the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::pulse::Pulse;
use super::visit::Visit;
use crate::store::Ledger;
use crate::telemetry::{Metrics, in_full};

/// After so many batches of one visit in a row, the next visit is expected to be alone, too. Among many visitors, every
/// second batch has but one, and the counting thread is awake anyway.
const BATCHES_OF_ONE: u32 = 4;

/// How many batches in a row had one visit.
#[derive(Default)]
pub(super) struct Streak(AtomicU32);

impl Streak {
    /// A batch of so many visits was committed.
    pub(super) fn note(&self, visits: usize) {
        // Only one batch is committed at a time.
        let batches = if visits == 1 { self.0.load(Ordering::Relaxed).saturating_add(1) } else { 0 };
        self.0.store(batches, Ordering::Relaxed);
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= BATCHES_OF_ONE
    }
}

/// Commits visits that are alone, and hands on all others.
#[derive(Clone)]
pub(super) struct Alone {
    pub(super) ledger: Arc<Mutex<Ledger>>,
    pub(super) streak: Arc<Streak>,
    /// To the counting thread.
    pub(super) queue: UnboundedSender<Visit>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) metrics: Metrics,
}

impl Alone {
    /// The number of a visit that is committed here. If there is none, or nobody waits for it any more, the counting
    /// thread has the visit; it has gone under when that thread has ended.
    pub(super) async fn count(&self, visit: Visit, is_only: bool) -> Option<i64> {
        let ledger = if is_only && self.streak.is_on() { self.ledger.clone().try_lock_owned().ok() } else { None };
        let Some(ledger) = ledger else {
            // An error means that the thread has ended, which the visitor notices by the visit going under.
            let _ = self.queue.send(visit);
            return None;
        };
        UnderWay { counter: self, ledger, visit: Some(visit) }.finish().await
    }
}

/// A visit that is being committed; when it is dropped before its end, the counting thread goes on with it.
struct UnderWay<'a> {
    counter: &'a Alone,
    ledger: OwnedMutexGuard<Ledger>,
    visit: Option<Visit>,
}

impl UnderWay<'_> {
    async fn finish(mut self) -> Option<i64> {
        let Alone { streak, pulse, metrics, .. } = self.counter;
        let begin = Instant::now();
        pulse.attempt_begins();
        match self.ledger.count_one().await {
            Ok(Some(counted)) => {
                pulse.attempt_succeeded();
                streak.note(1);
                metrics.batch_committed(1, counted.last, begin.elapsed());
                self.visit = None;
                Some(counted.last)
            }
            Ok(None) => None,
            Err(error) => {
                if let Some(visit) = &mut self.visit {
                    visit.failure = Some(in_full(&error));
                }
                None
            }
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Some(mut visit) = self.visit.take() else { return };
        // Before the ledger is free: who finds its batch undecided finds the visit of that batch, too.
        visit.is_undecided = self.ledger.undecided_visits() > 0;
        let _ = self.counter.queue.send(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streak_is_on_after_some_batches_of_one_until_a_batch_has_more() {
        let streak = Streak::default();
        for _ in 0..BATCHES_OF_ONE {
            assert!(!streak.is_on());
            streak.note(1);
        }
        assert!(streak.is_on());
        streak.note(1);
        assert!(streak.is_on());
        streak.note(2);
        assert!(!streak.is_on());
        streak.note(1);
        assert!(!streak.is_on());
    }
}
