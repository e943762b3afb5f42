//! What the pool of connections needs to know: how to open one, whether one still works, why none can be had.

use std::sync::Arc;
use std::time::Instant;

use diesel::r2d2::{HandleError, ManageConnection, R2D2Connection};
use parking_lot::Mutex;

use super::{AnyConnection, Connector, Error, Patience};
use crate::telemetry::in_full;

/// A connection of the pool.
pub struct Pooled {
    connection: AnyConnection,
    opened: Instant,
}

impl Pooled {
    pub(super) fn any(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

/// Opens and tests the pool's connections.
pub struct PoolManager {
    connector: Connector,
    /// When a connection was last found broken. Those that are older have most likely broken with it, and finding
    /// that out one by one would take a silent server's read timeout each.
    broken: Mutex<Option<Instant>>,
}

impl PoolManager {
    pub(super) fn new(connector: Connector) -> Self {
        Self { connector, broken: Mutex::new(None) }
    }
}

impl ManageConnection for PoolManager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled, Error> {
        let opened = Instant::now();
        Ok(Pooled { connection: self.connector.connect_now(Patience::Short)?, opened })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Error> {
        self.connector.ensure_in_place()?;
        if self.broken.lock().is_some_and(|broken| pooled.opened < broken) {
            return Err(Error::Unavailable("another connection has broken since this one was opened".into()));
        }
        pooled.connection.ping().map_err(|error| {
            *self.broken.lock() = Some(Instant::now());
            error.into()
        })
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        std::thread::panicking() || pooled.connection.is_broken()
    }
}

/// Why the pool last failed to connect. The pool itself tells only the first who ask after a failure,
/// and everyone else that time ran out.
#[derive(Debug, Clone, Default)]
pub(super) struct LastFailure(Arc<Mutex<Option<String>>>);

impl LastFailure {
    pub(super) fn explain(&self, otherwise: String) -> Error {
        Error::Unavailable(self.0.lock().clone().unwrap_or(otherwise))
    }

    pub(super) fn forget(&self) {
        *self.0.lock() = None;
    }
}

impl HandleError<Error> for LastFailure {
    fn handle_error(&self, error: Error) {
        let cause = match error {
            Error::Unavailable(cause) => cause,
            Error::Unreachable(cause) => in_full(cause.as_ref()),
            other => in_full(&other),
        };
        *self.0.lock() = Some(cause);
    }
}
