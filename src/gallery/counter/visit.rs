//! A visit that waits for its number.

use prometheus::IntGauge;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// One waiting visit.
pub(super) struct Visit {
    /// Where its number goes; closed when the visitor has given up.
    pub(super) answer: oneshot::Sender<i64>,
    pub(super) place: Place,
    /// Whether it is the one visit of a batch that nobody knows the outcome of.
    pub(super) is_undecided: bool,
    /// Why its batch has failed, if it has.
    pub(super) failure: Option<String>,
}

impl Visit {
    pub(super) fn new(answer: oneshot::Sender<i64>, place: Place) -> Self {
        Self { answer, place, is_undecided: false, failure: None }
    }
}

/// What a visit holds of the queue; given back when it is dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    depth: IntGauge,
}

impl Place {
    pub(super) fn new(permit: OwnedSemaphorePermit, depth: IntGauge) -> Self {
        depth.inc();
        Self { _permit: permit, depth }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.depth.dec();
    }
}
