//! The real program, spoken to over HTTP and the command line, on the database that TEST_DATABASE names.
//!
//! - [`story`]: what the program does; the same on SQLite, MariaDB and MySQL.
//! - [`once`]: what has nothing to do with the database; `make test` runs it on SQLite only.
//! - [`servers`]: what only a database server can show; ignored on SQLite.
//! - [`faults`]: what may break while 64 visitors keep coming; one at a time, and each prints its figures.
//! - [`observability`]: rules, alerts and dashboards, and what they stand on; a leg of its own, with a Prometheus.
//! - [`failover`]: the same on three members of group replication, so on MySQL only; `failover::long` takes minutes.

#![allow(clippy::unwrap_used, reason = "what fails a test may be any line of it")]
#![allow(unsafe_code, reason = "signals, limits and what becomes of children are asked of libc")]

mod failover;
mod faults;
mod harness;
mod logs;
mod observability;
mod once;
mod servers;
mod story;
