//! `migrate`: tables and bundled dogs.

use crate::config::Config;
use crate::gallery::{Outcome, add_bundled};
use crate::store::{Store, migrate};

/// What bringing a database up to date came to.
pub struct UpToDate {
    /// Versions of the migrations that were applied.
    pub migrations: Vec<String>,
    /// How many bundled dogs were added.
    pub dogs: usize,
}

pub fn run(config: &Config) -> anyhow::Result<()> {
    let store = Store::open(&config.database)?;
    let UpToDate { migrations, dogs } = bring_up_to_date(&store)?;
    for version in &migrations {
        println!("applied {version}");
    }
    if dogs > 0 {
        println!("added {dogs} bundled dogs");
    }
    if migrations.is_empty() && dogs == 0 {
        println!("nothing to do: the {} database is up to date", store.kind());
    }
    Ok(())
}

/// Applies pending migrations, and adds the bundled dogs to a catalogue that never had any.
pub fn bring_up_to_date(store: &Store) -> anyhow::Result<UpToDate> {
    let migrations = store.run_here(migrate)?;
    let outcomes = add_bundled(store, true)?;
    let dogs = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::New(_))).count();
    Ok(UpToDate { migrations, dogs })
}
