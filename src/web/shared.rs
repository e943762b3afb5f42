//! What the handlers are made of; `routes.rs` gives each of them its part.

use std::sync::Arc;

use slog::Logger;

use super::draining::Draining;
use super::origin::Origin;
use super::pages::{DogPages, Pages};
use crate::config::Backend;
use crate::gallery::{Gallery, VisitCounter};
use crate::telemetry::Metrics;

/// What the handlers share.
#[derive(Clone)]
pub struct Shared {
    /// The GIFs.
    pub gallery: Arc<Gallery>,
    /// The visitor count.
    pub visits: VisitCounter,
    /// The rendered templates.
    pub pages: Arc<Pages>,
    /// What is measured.
    pub metrics: Metrics,
    /// What is logged.
    pub logger: Logger,
    /// Whether the process is about to stop.
    pub draining: Draining,
    /// How this site is addressed.
    pub origin: Origin,
    /// The commit this program was built from.
    pub revision: Arc<str>,
    /// The kind of database.
    pub backend: Backend,
}

impl Shared {
    /// The pages of dogs.
    pub fn dog_pages(&self) -> DogPages {
        DogPages {
            gallery: self.gallery.clone(),
            visits: self.visits.clone(),
            pages: self.pages.clone(),
            origin: self.origin.clone(),
        }
    }
}
