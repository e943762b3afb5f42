//! `serve`: brings the rooms up one after the other, and down again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use slog::{Logger, info, warn};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::migrate::{UpToDate, bring_up_to_date};
use crate::config::{Config, Database};
use crate::gallery::{Files, Gallery, VisitCounter};
use crate::store::Store;
use crate::telemetry::{Logging, Metrics, log_panics};
use crate::web::{self, Draining, Pages, Shared};

/// The last batch gets this long; a database that takes longer has stalled.
const LAST_BATCH: Duration = Duration::from_secs(5);

/// Pause between tries to migrate a database that is not there yet.
const MIGRATION_RETRY: Duration = Duration::from_millis(500);

pub fn run(config: Config) -> anyhow::Result<()> {
    let logging = Logging::start(config.log);
    log_panics(logging.logger.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let outcome = runtime.block_on(serve(config, &logging.logger));
    // Work on a database that has stalled would hold up the end for as long as it likes.
    runtime.shutdown_background();
    outcome
}

async fn serve(config: Config, logger: &Logger) -> anyhow::Result<()> {
    let begin = Instant::now();
    let mut signals = Signals::listen()?;
    let website = web::bind(SocketAddr::new(config.bind, config.port)).await?;
    let operations = web::bind(SocketAddr::new(config.bind, config.ops_port)).await?;
    let addresses = (website.address(), operations.address());

    let metrics = Metrics::new(&config.revision, config.database.kind());
    let store = Store::open(&config.database)?;
    if matches!(config.database, Database::Sqlite { .. }) {
        log_up_to_date(logger, &bring_up_to_date(&store)?);
    }
    let files = Files::new(config.gif_cache_bytes, store.clone(), metrics.clone());
    let gallery = Arc::new(Gallery::new(files, store.clone(), metrics.clone(), logger.clone()));
    let (visits, counter) = VisitCounter::start(store.ledger(), config.visit_timeout, metrics.clone(), logger.clone())?;
    // The first answer should already have a dog in it; a database that is away is waited for below.
    let _ = gallery.refresh().await;
    let draining = Draining::default();
    let shared = Shared {
        gallery: gallery.clone(),
        visits,
        store: store.clone(),
        pages: Arc::new(Pages::compile()),
        metrics,
        logger: logger.clone(),
        draining: draining.clone(),
        trust_proxy_headers: config.trust_proxy_headers,
        revision: config.revision.as_str().into(),
    };

    let (stop, stopping) = watch::channel(());
    let website = tokio::spawn(website.serve(web::website(&shared), until_told(stopping.clone())));
    let operations = tokio::spawn(operations.serve(web::operations(&shared), until_told(stopping)));
    drop(shared);
    let upkeep = tokio::spawn(keep_up(store, gallery, config.migrate_on_start, logger.clone()));
    info!(logger, "Listening"; "address" => %addresses.0, "operations" => %addresses.1,
        "store" => config.database.kind(), "version" => crate::VERSION, "revision" => &config.revision,
        "startup_ms" => milliseconds(begin));

    let signal = signals.next().await;
    info!(logger, "Stopping"; "signal" => signal, "drain_seconds" => config.drain.as_secs());
    draining.begin();
    let finish = async {
        tokio::time::sleep(config.drain).await;
        drop(stop);
        let _ = tokio::join!(website, operations);
        upkeep.abort();
        if tokio::time::timeout(LAST_BATCH, counter.stopped()).await.is_err() {
            warn!(logger, "The last batch of visits is still open; the database does not answer");
        }
    };
    tokio::select! {
        () = finish => info!(logger, "Stopped"),
        _ = signals.next() => warn!(logger, "Stopped at once by a second signal"),
    }
    Ok(())
}

/// Migrates MySQL if that is wanted, waiting for it to appear; then keeps the catalogue fresh.
async fn keep_up(store: Store, gallery: Arc<Gallery>, migrate_on_start: bool, logger: Logger) {
    let mut told = false;
    while migrate_on_start && store.kind() == "mysql" {
        let migrating = store.clone();
        match tokio::task::spawn_blocking(move || bring_up_to_date(&migrating)).await {
            Ok(Ok(up_to_date)) => {
                log_up_to_date(&logger, &up_to_date);
                break;
            }
            Ok(Err(error)) if !std::mem::replace(&mut told, true) => {
                warn!(logger, "Cannot migrate, will try again"; "cause" => format!("{error:#}"));
            }
            _ => {}
        }
        tokio::time::sleep(MIGRATION_RETRY).await;
    }
    gallery.keep_fresh().await;
}

fn log_up_to_date(logger: &Logger, UpToDate { migrations, dogs }: &UpToDate) {
    if !migrations.is_empty() || *dogs > 0 {
        info!(logger, "Database brought up to date"; "migrations" => migrations.join(", "), "bundled_dogs" => dogs);
    }
}

async fn until_told(mut stopping: watch::Receiver<()>) {
    // An error means that the sender is gone, which is how it tells.
    let _ = stopping.changed().await;
}

/// SIGTERM from the orchestrator, SIGINT from the keyboard.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

fn milliseconds(begin: Instant) -> f64 {
    (begin.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}
