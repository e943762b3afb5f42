//! What has nothing to do with the kind of database.

mod backup_files;
mod command_line;
mod configuration;
mod dogs;
mod full_pipe;
mod healthcheck;
mod hostile;
mod invariants;
mod logging;
mod properties;
mod restore_drill;
mod smoke;
mod snapshots;
