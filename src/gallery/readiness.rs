//! Whether to send visitors here: the tables are the right ones, and visits can be counted.
//!
//! # Design
//! As long as visits are counted, counting them is the proof, and a look at the database only reads. In doubt
//! (nothing was counted since the start, or the last attempt failed) the probe writes what a visit would write, on a
//! connection of its own and at most once a second: visitors are not sent to find out.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::VisitCounter;
use crate::store::{Look, Probe};
use crate::telemetry::in_full;

/// How long what a write has found is taken for true.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// Judges whether visits can be counted here.
pub struct Readiness {
    probe: Probe,
    visits: VisitCounter,
    /// What the last write has found, and when.
    written: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Readiness {
    /// Judges by `probe`, and by how `visits` fares.
    pub fn new(probe: Probe, visits: VisitCounter) -> Self {
        Self { probe, visits, written: Mutex::new(None) }
    }

    /// Whether visitors will be served.
    ///
    /// # Errors
    /// Why they will not, in words for the log.
    pub async fn check(&self) -> Result<(), String> {
        if self.visits.stuck_for() > self.visits.timeout() {
            return Err("visits wait for the database for longer than their visitors do".into());
        }
        let mut written = self.written.lock().await;
        let is_in_doubt = self.visits.failure().is_some();
        match &*written {
            Some((_, Ok(()))) if !is_in_doubt => {
                drop(written);
                self.probe.look(Look::Read).await.map_err(|error| in_full(&error))
            }
            Some((at, outcome)) if at.elapsed() < WRITE_EVERY => outcome.clone(),
            _ => {
                let outcome = self.probe.look(Look::Write).await.map_err(|error| in_full(&error));
                *written = Some((Instant::now(), outcome.clone()));
                outcome
            }
        }
    }
}
