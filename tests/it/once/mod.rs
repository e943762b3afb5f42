//! What has nothing to do with the kind of database.

mod command_line;
mod configuration;
mod healthcheck;
mod hostile;
mod invariants;
mod dogs;
mod logging;
mod snapshots;
