//! `visits`: the total, and setting it.

use anyhow::{Context, bail};
use clap::Subcommand;

use super::open_store::open_to_look;
use crate::config::Config;
use crate::store::{Store, ensure_current, set_visits, total_visits};

#[derive(Subcommand)]
pub enum VisitsCommand {
    /// Set the count to N, also to less than it is; every server must be stopped
    ///
    /// Numbers above N that visitors were given are given again. Refused while a server may be counting: while there
    /// are other connections, and on MySQL for ten minutes after a server that was killed has counted.
    Set {
        /// The last number that counts as given
        #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
        total: i64,
        /// Yes, every server is stopped
        #[arg(long)]
        yes: bool,
    },
}

pub fn run(config: &Config, command: Option<&VisitsCommand>) -> anyhow::Result<()> {
    let Some(VisitsCommand::Set { total, yes }) = command else {
        println!("{}", open_to_look(config)?.on_this_thread(total_visits)?);
        return Ok(());
    };
    // Not as others do: a count that has gone back is a reason to set it.
    let store = Store::open(&config.database);
    store.on_this_thread(ensure_current)?;
    if !yes {
        let before = store.on_this_thread(total_visits)?;
        bail!("this sets the count from {before} to {total}; stop every server first, then say --yes");
    }
    let before = store
        .on_only_connection(|connection| set_visits(connection, *total))
        .context("the count stays as it is; stop every server first")?;
    store.forget_acknowledged()?;
    println!("The count was {before} and is {total} now.");
    Ok(())
}
