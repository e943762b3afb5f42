//! What a server does by itself: migrate if it may, and keep the catalogue fresh.

use std::sync::Arc;
use std::time::Duration;

use slog::{Logger, info, warn};

use crate::command::migrate::{UpToDate, bring_up_to_date};
use crate::gallery::Gallery;
use crate::store::Store;
use crate::telemetry::in_full;

/// Pause between tries to migrate a database that is not there yet.
const MIGRATION_RETRY: Duration = Duration::from_millis(500);

/// How long the catalogue waits for a migration: most are over by then, and reading tables that are not there yet would
/// only fill the log.
const HEAD_START: Duration = Duration::from_secs(5);

/// Migrates if that is wanted, and keeps the catalogue fresh, for ever. A migration may take as long as it wants, or hang
/// with a server that has vanished: the catalogue goes on beside it.
pub async fn keep_up(store: Store, gallery: Arc<Gallery>, migrates: bool, logger: Logger) {
    let migration = async {
        if migrates {
            migrate_once_it_can_be(&store, &logger).await;
        }
    };
    tokio::pin!(migration);
    if tokio::time::timeout(HEAD_START, &mut migration).await.is_ok() {
        return gallery.keep_fresh().await;
    }
    tokio::join!(migration, gallery.keep_fresh());
}

async fn migrate_once_it_can_be(store: &Store, logger: &Logger) {
    let mut last_cause = String::new();
    while let Err(error) = migrate(store, logger).await {
        let cause = in_full(error.as_ref());
        if cause != last_cause {
            warn!(logger, "Cannot migrate, will try again"; "cause" => &cause);
        }
        last_cause = cause;
        tokio::time::sleep(MIGRATION_RETRY).await;
    }
}

/// Brings the database up to date on a thread where that may take its time.
///
/// # Errors
/// The database is away, or it refuses.
pub async fn migrate(store: &Store, logger: &Logger) -> anyhow::Result<()> {
    let migrating = store.clone();
    let UpToDate { migrations, dogs } = tokio::task::spawn_blocking(move || bring_up_to_date(&migrating)).await??;
    if !migrations.is_empty() || dogs > 0 {
        info!(logger, "Database brought up to date"; "migrations" => migrations.join(", "), "bundled_dogs" => dogs);
    }
    Ok(())
}
