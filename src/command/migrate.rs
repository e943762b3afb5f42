//! `migrate`: tables and bundled dogs.

use std::time::{Duration, Instant};

use crate::config::Config;
use crate::gallery::{Outcome, add_bundled};
use crate::store::{self, Purpose, Store};

/// A Job's pod is let through to the database only once network policies have heard of its address, a moment after its
/// start; the next try would be another pod with another address.
const PATIENCE: Duration = Duration::from_secs(5);
const RETRY_EVERY: Duration = Duration::from_millis(250);

/// What bringing a database up to date came to.
pub struct UpToDate {
    /// Versions of the migrations that were applied.
    pub migrations: Vec<String>,
    /// How many bundled dogs were added.
    pub dogs: usize,
}

#[expect(clippy::disallowed_methods, reason = "a command without a runtime")]
pub fn run(config: &Config) -> anyhow::Result<()> {
    let store = Store::open(&config.database);
    let begin = Instant::now();
    let UpToDate { migrations, dogs } = loop {
        match bring_up_to_date(&store) {
            Err(error) if is_away(&error) && begin.elapsed() < PATIENCE => std::thread::sleep(RETRY_EVERY),
            result => break result?,
        }
    };
    for version in &migrations {
        println!("applied {version}");
    }
    if dogs > 0 {
        println!("added {dogs} bundled dogs");
    }
    if migrations.is_empty() && dogs == 0 {
        println!("nothing to do: the {} database is up to date", store.backend().name());
    }
    Ok(())
}

fn is_away(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(store::Error::is_away)
}

/// Applies pending migrations, and adds the bundled dogs to a catalogue that never had any.
pub fn bring_up_to_date(store: &Store) -> anyhow::Result<UpToDate> {
    let migrations = store.migrate(Purpose::Beginning)?;
    let outcomes = add_bundled(store, true)?;
    let dogs = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::New(_))).count();
    Ok(UpToDate { migrations, dogs })
}
