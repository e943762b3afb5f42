//! What a server does by itself: migrate if it may, and keep the catalogue fresh.

use std::sync::Arc;
use std::time::Duration;

use slog::{Logger, info, warn};

use crate::command::migrate::{UpToDate, bring_up_to_date};
use crate::gallery::Gallery;
use crate::store::Store;

/// Pause between tries to migrate a database that is not there yet.
const MIGRATION_RETRY: Duration = Duration::from_millis(500);

/// Migrates first if that is wanted; then keeps the catalogue fresh, for ever.
pub async fn keep_up(store: Store, gallery: Arc<Gallery>, migrates: bool, logger: Logger) {
    if migrates {
        migrate_once_it_can_be(&store, &logger).await;
    }
    gallery.keep_fresh().await;
}

async fn migrate_once_it_can_be(store: &Store, logger: &Logger) {
    let mut told = String::new();
    while let Err(error) = migrate(store, logger).await {
        let cause = format!("{error:#}");
        if cause != told {
            warn!(logger, "Cannot migrate, will try again"; "cause" => &cause);
        }
        told = cause;
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
