//! HTTP: the website and its API for visitors, probes and metrics for operators.
//! Handlers are values that carry what they need; `routes.rs` is the one list of them.

mod api;
mod assets;
mod body_limit;
mod dog_page;
mod error;
mod file;
mod gif_file;
mod observe;
mod operations;
mod pages;
mod random_gif;
mod routes;
mod security_headers;
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use slog::Logger;

use crate::gallery::{Gallery, VisitCounter};
use crate::store::Store;
use crate::telemetry::Metrics;

pub use dog_page::render_page;
pub use pages::{DogView, Pages};
pub use routes::{operations, website, wrap};
pub use server::{Bound, bind};

/// What the handlers share.
#[derive(Clone)]
pub struct Shared {
    /// The GIFs.
    pub gallery: Arc<Gallery>,
    /// The visitor count.
    pub visits: VisitCounter,
    /// The database, for what is asked of it directly.
    pub store: Store,
    /// The rendered templates.
    pub pages: Arc<Pages>,
    /// What is measured.
    pub metrics: Metrics,
    /// What is logged.
    pub logger: Logger,
    /// Whether the process is about to stop.
    pub draining: Draining,
    /// Whether `X-Forwarded-*` comes from a proxy of ours.
    pub trust_proxy_headers: bool,
    /// The commit this program was built from.
    pub revision: Arc<str>,
}

/// Whether the process is about to stop: not ready any more, and closing connections.
#[derive(Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
