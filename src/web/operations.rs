//! Probes, metrics and version, on a listener of their own that is never exposed to the outside.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use salvo::http::header::CONTENT_TYPE;
use salvo::http::{HeaderValue, StatusCode};
use salvo::writing::Json;
use salvo::{Response, handler};
use serde::Serialize;
use slog::{Logger, info, warn};

use super::error::Error;
use super::{Draining, Shared};
use crate::gallery::VisitCounter;
use crate::store::{Store, ensure_current};
use crate::telemetry::Metrics;

/// A counting thread that is stuck for so long will not come back by itself.
const STUCK: Duration = Duration::from_secs(60);

/// `GET /livez`: whether a restart would help. Never asks the database.
#[derive(Clone)]
pub struct Live(pub VisitCounter);

#[handler]
impl Live {
    async fn handle(&self, response: &mut Response) {
        let stuck = self.0.stuck_for();
        if self.0.is_dead() {
            answer(response, Err("the counting thread is gone".into()));
        } else if stuck >= STUCK {
            answer(response, Err(format!("the counting thread has been stuck for {} s", stuck.as_secs())));
        } else {
            answer(response, Ok(()));
        }
    }
}

/// `GET /readyz`: whether to send visitors here.
#[derive(Clone)]
pub struct Ready {
    store: Store,
    draining: Draining,
    logger: Logger,
    /// What was told last, so that the log has one line per change.
    told: Arc<Mutex<Option<String>>>,
}

impl Ready {
    /// With what `shared` holds.
    pub fn new(shared: &Shared) -> Self {
        Self {
            store: shared.store.clone(),
            draining: shared.draining.clone(),
            logger: shared.logger.clone(),
            told: Arc::default(),
        }
    }

    async fn check(&self) -> Result<(), String> {
        if self.draining.has_begun() {
            return Err("the process is about to stop".into());
        }
        self.store.run(ensure_current).await.map_err(|error| error.to_string())
    }

    fn log_change(&self, outcome: &Result<(), String>) {
        let reason = outcome.as_ref().err().cloned().unwrap_or_default();
        let mut told = self.told.lock();
        if told.as_ref() == Some(&reason) {
            return;
        }
        if reason.is_empty() {
            info!(self.logger, "Ready");
        } else {
            warn!(self.logger, "Not ready"; "cause" => &reason);
        }
        *told = Some(reason);
    }
}

#[handler]
impl Ready {
    async fn handle(&self, response: &mut Response) {
        let outcome = self.check().await;
        self.log_change(&outcome);
        // The reason is for the log: it may name hosts.
        answer(response, outcome.map_err(|_| "not ready; the log says why".into()));
    }
}

fn answer(response: &mut Response, outcome: Result<(), String>) {
    let (status, text) = match outcome {
        Ok(()) => (StatusCode::OK, "ok".into()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
    };
    response.status_code(status);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.body(format!("{text}\n"));
}

/// `GET /metrics`: never asks the database.
#[derive(Clone)]
pub struct MetricsText(pub Metrics, pub Store);

#[handler]
impl MetricsText {
    async fn handle(&self, response: &mut Response) -> Result<(), Error> {
        let Self(metrics, store) = self;
        let pool = store.pool_state();
        let busy = pool.connections - pool.idle_connections;
        metrics.pool_connections.with_label_values(&["idle"]).set(pool.idle_connections.into());
        metrics.pool_connections.with_label_values(&["busy"]).set(busy.into());
        let text = metrics.render().map_err(|error| Error::Internal(error.to_string()))?;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(prometheus::TEXT_FORMAT));
        response.body(text);
        Ok(())
    }
}

/// `GET /version`.
#[derive(Clone)]
pub struct Version {
    /// The commit this program was built from.
    pub revision: Arc<str>,
    /// `mysql` or `sqlite`.
    pub store: &'static str,
}

#[derive(Serialize)]
struct VersionJson<'a> {
    version: &'static str,
    revision: &'a str,
    store: &'static str,
}

#[handler]
impl Version {
    async fn handle(&self, response: &mut Response) {
        let version = VersionJson { version: crate::VERSION, revision: &self.revision, store: self.store };
        response.render(Json(version));
    }
}
