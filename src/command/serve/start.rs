//! Brings the rooms up, one after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use slog::{Logger, info};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::descriptors::{PLACES_FOR_OPERATIONS, places_for_visitors};
use super::parts::Parts;
use super::upkeep::{keep_up, migrate};
use crate::config::{Backend, Config};
use crate::gallery::{CountingThread, Files, Gallery, VisitCounter};
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::web::{self, Bound, Draining, Origin, Pages, Shared, Terms};

/// A server that serves.
pub struct Running {
    /// The listeners and the upkeep.
    pub parts: Parts,
    /// Never ends by itself.
    pub upkeep: AbortHandle,
    /// Tells the listeners to stop when it is dropped.
    pub stop: watch::Sender<()>,
    /// Lets probes say no from now on.
    pub draining: Draining,
    /// Ends when nobody can bring visits any more.
    pub counting: CountingThread,
    /// To be closed once nobody asks it any more.
    pub store: Store,
}

/// Starts everything. A MySQL that is away is no error: it is waited for while serving.
///
/// # Errors
/// A port is taken, file descriptors are too few, or SQLite cannot be brought up to date.
pub async fn start(config: &Config, logger: &Logger) -> anyhow::Result<Running> {
    let begin = Instant::now();
    let website = web::bind("PORT", SocketAddr::new(config.bind, config.port))?;
    let operations = web::bind("OPS_PORT", SocketAddr::new(config.bind, config.ops_port))?;
    let addresses = (website.address(), operations.address());

    let backend = config.database.backend();
    let metrics = Metrics::new(&config.revision, backend);
    let store = Store::open(&config.database);
    let places = places_for_visitors(store.most_pooled_connections(), logger)?;
    if backend == Backend::Sqlite {
        migrate(&store, logger).await?;
    }
    let files = Files::new(config.gif_cache_bytes, store.clone(), metrics.clone());
    let gallery = Arc::new(Gallery::new(files, store.clone(), metrics.clone(), logger.clone()));
    let (visits, counting) =
        VisitCounter::start(store.ledger(), config.visit_timeout, metrics.clone(), logger.clone())?;
    // The first answer should already have a dog in it; a database that is away is waited for below.
    let _ = gallery.refresh().await;
    let draining = Draining::default();
    let shared = Shared {
        gallery: gallery.clone(),
        visits,
        pages: Arc::new(Pages::compile()),
        metrics,
        logger: logger.clone(),
        draining: draining.clone(),
        origin: Origin::new(config.public_url.as_deref(), config.trust_proxy_headers),
        revision: config.revision.as_str().into(),
        backend,
    };

    let (stop, stopping) = watch::channel(());
    let mut parts = Parts::new();
    let mut listen = |name, part, places, bound: Bound, service| {
        let on_end = Box::new(parts.alarm(part));
        let terms = Terms { name, places, on_end, metrics: shared.metrics.clone(), logger: logger.clone() };
        parts.start(part, bound.serve(service, terms, until_stopping(stopping.clone())));
    };
    listen("website", "the website", places, website, web::website(&shared));
    listen("operations", "the operations listener", PLACES_FOR_OPERATIONS, operations, web::operations(&shared));
    drop(stopping);
    let migrates = config.migrate_on_start && backend == Backend::Mysql;
    let upkeep = parts.start("the upkeep", keep_up(store.clone(), gallery, migrates, logger.clone()));
    info!(logger, "Listening"; "address" => %addresses.0, "operations" => %addresses.1,
        "store" => backend.name(), "version" => crate::VERSION, "revision" => &config.revision,
        "startup_ms" => milliseconds(begin));
    Ok(Running { parts, upkeep, stop, draining, counting, store })
}

async fn until_stopping(mut stopping: watch::Receiver<()>) {
    // An error means that the sender is gone, which is how it tells.
    let _ = stopping.changed().await;
}

fn milliseconds(begin: Instant) -> f64 {
    (begin.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}
