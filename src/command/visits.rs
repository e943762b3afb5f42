//! `visits`: the total.

use super::open_store;
use crate::config::Config;
use crate::store::total_visits;

pub fn run(config: &Config) -> anyhow::Result<()> {
    println!("{}", open_store(config)?.run_here(total_visits)?);
    Ok(())
}
