//! `GET /readyz`: whether to send visitors here.

use std::sync::Arc;

use parking_lot::Mutex;
use salvo::{Response, handler};
use slog::{Logger, info, warn};

use super::probe::answer;
use crate::gallery::Readiness;
use crate::telemetry::Metrics;
use crate::web::{Draining, Shared};

/// Tells whether visits can be counted here.
#[derive(Clone)]
pub struct Ready {
    readiness: Arc<Readiness>,
    draining: Draining,
    metrics: Metrics,
    logger: Logger,
    /// What was logged last, so that the log has one line per change.
    logged: Arc<Mutex<Option<String>>>,
}

impl Ready {
    /// With what `shared` holds.
    pub fn new(shared: &Shared) -> Self {
        Self {
            readiness: Arc::new(shared.gallery.readiness(shared.visits.clone())),
            draining: shared.draining.clone(),
            metrics: shared.metrics.clone(),
            logger: shared.logger.clone(),
            logged: Arc::default(),
        }
    }

    async fn check(&self) -> Result<(), String> {
        if self.draining.has_begun() {
            return Err("the process is about to stop".into());
        }
        self.readiness.check().await
    }

    fn log_change(&self, outcome: &Result<(), String>) {
        let reason = outcome.as_ref().err().cloned().unwrap_or_default();
        let mut logged = self.logged.lock();
        if logged.as_ref() == Some(&reason) {
            return;
        }
        if reason.is_empty() {
            info!(self.logger, "Ready");
        } else {
            warn!(self.logger, "Not ready"; "cause" => &reason);
        }
        *logged = Some(reason);
    }
}

#[handler]
impl Ready {
    async fn handle(&self, response: &mut Response) {
        let outcome = self.check().await;
        self.metrics.probed(outcome.is_ok());
        self.log_change(&outcome);
        // The reason is for the log: it may name hosts.
        answer(response, outcome.map_err(|_| "not ready; the log says why".into()));
    }
}
