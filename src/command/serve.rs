//! `serve`: brings the rooms up one after the other, and down again.

mod descriptors;
mod parts;
mod signals;
mod start;
mod upkeep;

use std::time::Duration;

use anyhow::Context;
use slog::{Logger, error, info, warn};

use crate::config::Config;
use crate::telemetry::{Logging, in_full, log_panics};

use signals::Signals;
use start::{Running, start};

/// The last batch and the closing of the database get this long; one that takes longer has stalled.
const LAST_BATCH: Duration = Duration::from_secs(3);

pub fn run(config: Config) -> anyhow::Result<()> {
    let logging = Logging::start(config.log);
    log_panics(logging.logger.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let outcome = runtime.block_on(serve(config, &logging.logger));
    // Work on a database that has stalled would hold up the end for as long as it likes.
    runtime.shutdown_background();
    outcome
}

/// Serves until a signal, or until a part of the server ends that should not.
async fn serve(config: Config, logger: &Logger) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let mut running = tokio::select! {
        running = start(&config, logger) => running?,
        signal = signals.next() => {
            // Nobody was served yet, so that there is nothing to finish.
            info!(logger, "Stopped while starting"; "signal" => signal);
            return Ok(());
        }
    };
    let (outcome, drain) = tokio::select! {
        signal = signals.next() => {
            info!(logger, "Stopping"; "signal" => signal, "drain_seconds" => config.drain.as_secs());
            (Ok(()), config.drain)
        }
        cause = running.parts.end_of_one() => {
            error!(logger, "Stopping, as a part has ended"; "cause" => %cause);
            (Err(cause), Duration::ZERO)
        }
    };
    tokio::select! {
        () = finish(running, drain, logger) => info!(logger, "Stopped"),
        _ = signals.next() => warn!(logger, "Stopped at once by a second signal"),
    }
    outcome
}

/// Serves on for `drain`, not ready any more; then finishes the requests in flight and the last batch of visits.
async fn finish(running: Running, drain: Duration, logger: &Logger) {
    running.draining.begin();
    tokio::time::sleep(drain).await;
    drop(running.stop);
    running.upkeep.abort();
    running.parts.end_of_all().await;
    let close = async {
        running.counting.stopped().await;
        // On a thread where it may wait for whoever reads the file, while this one hears signals.
        tokio::task::spawn_blocking(move || running.store.close()).await??;
        anyhow::Ok(())
    };
    match tokio::time::timeout(LAST_BATCH, close).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            warn!(logger, "The database is not whole without its -wal"; "cause" => in_full(error.as_ref()))
        }
        Err(_) => warn!(logger, "The last batch of visits is still open; the database does not answer"),
    }
}
