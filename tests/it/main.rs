//! The real program, spoken to over HTTP and the command line, on the database that TEST_DATABASE names.
//!
//! - [`story`]: what the program does; the same on SQLite, MariaDB and MySQL.
//! - [`once`]: what has nothing to do with the database; `make test` runs it on SQLite only.
//! - [`servers`]: what only a database server can show; ignored on SQLite.
//! - [`faults`]: what may break while 64 visitors keep coming; one at a time, and each prints its figures.

mod faults;
mod harness;
mod once;
mod servers;
mod story;
