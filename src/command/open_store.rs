//! How commands come to the database.

use super::migrate::bring_up_to_date;
use crate::config::{Backend, Config};
use crate::store::{Store, ensure_current};

/// Opens the store for a command that looks, or changes what is there: neither tables nor files are made.
///
/// # Errors
/// There is no database, its tables are not up to date, or it has lost visits.
pub fn open_to_look(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.database);
    store.on_this_thread(ensure_current)?;
    store.ensure_nothing_is_lost()?;
    Ok(store)
}

/// Opens the store for a command that adds to it; SQLite is brought up to date on the way, as nobody else does it.
///
/// # Errors
/// The database is away, or not to be trusted.
pub fn open_to_add(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.database);
    match store.backend() {
        Backend::Sqlite => drop(bring_up_to_date(&store)?),
        Backend::Mysql => store.on_this_thread(ensure_current)?,
    }
    Ok(store)
}
