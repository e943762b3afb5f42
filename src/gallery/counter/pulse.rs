//! What the counting thread is up to, as probes, metrics and the log see it from outside.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use slog::{Logger, info, warn};

use crate::telemetry::Metrics;

/// How often the log and the metrics look.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// An attempt that takes so long is told in the log: as long as a connection waits for a silent server.
const STUCK: Duration = Duration::from_secs(5);

/// Since when the counting thread is busy with one attempt, and whether its last one has failed.
#[derive(Default)]
pub(super) struct Pulse {
    /// Milliseconds of [`Pulse::now`]; 0 when idle.
    busy_since: AtomicU64,
    is_failing: AtomicBool,
    failure: Mutex<Option<String>>,
}

impl Pulse {
    pub(super) fn attempt_begins(&self) {
        self.busy_since.store(Self::now(), Ordering::Relaxed);
    }

    pub(super) fn attempt_succeeded(&self) {
        self.busy_since.store(0, Ordering::Relaxed);
        // The lock is only worth taking after a failure.
        if self.is_failing.swap(false, Ordering::Relaxed) {
            *self.failure.lock() = None;
        }
    }

    /// It asked nothing of the database: what was known of it stays.
    pub(super) fn attempt_dropped(&self) {
        self.busy_since.store(0, Ordering::Relaxed);
    }

    pub(super) fn attempt_failed(&self, cause: &str) {
        self.busy_since.store(0, Ordering::Relaxed);
        *self.failure.lock() = Some(cause.to_string());
        self.is_failing.store(true, Ordering::Relaxed);
    }

    /// How long the counting thread has been inside one and the same attempt; zero when it is idle.
    pub(super) fn busy_for(&self) -> Duration {
        match self.busy_since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis(Self::now().saturating_sub(since)),
        }
    }

    /// Why the last attempt failed, if it did and none has succeeded since.
    pub(super) fn failure(&self) -> Option<String> {
        self.failure.lock().clone()
    }

    /// Tells the metrics and the log when an attempt takes long, until the counter is gone.
    pub(super) async fn watch(self: Arc<Self>, metrics: Metrics, logger: Logger) {
        let pulse = Arc::downgrade(&self);
        drop(self);
        let mut is_logged = false;
        while let Some(pulse) = pulse.upgrade() {
            let stuck = pulse.busy_for();
            drop(pulse);
            metrics.visit_counting_stuck.set(stuck.as_secs_f64());
            if stuck >= STUCK && !std::mem::replace(&mut is_logged, true) {
                warn!(logger, "Counting is stuck"; "seconds" => stuck.as_secs());
            } else if stuck < STUCK && std::mem::take(&mut is_logged) {
                info!(logger, "Counting is not stuck any more");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Milliseconds on a clock that starts at 1 when it is first read.
    fn now() -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        let elapsed = START.get_or_init(Instant::now).elapsed();
        1 + u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX - 1)
    }
}
