//! A random dog GIF on every refresh, and a visitor count that is never wrong.
//!
//! The rooms, in reading order; each uses only the ones before it:
//!
//! - [`config`]: every setting, its variable and its default.
//! - [`telemetry`]: log lines and metrics.
//! - [`store`]: SQL, on SQLite and on MySQL.
//! - [`gallery`]: the catalogue of GIFs and the visitor count.
//! - [`web`]: HTTP, for visitors and for operators.
//! - [`command`]: what the binary does, command by command.

pub mod command;
pub mod config;
pub mod gallery;
pub mod store;
pub mod telemetry;
pub mod web;

/// The version in Cargo.toml.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
