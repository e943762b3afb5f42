//! The embedded database's file: appears whole, is counted on only while it is the one that was opened, and is closed
//! whole.
//!
//! # Design
//! **It appears whole.** A new database is made under another name and renamed, so that a file without our tables is
//! never one of ours, and needs no guess. Nothing is made beside what is left of a database that was here before.
//!
//! **It is looked at before a visit is acknowledged.** A file that was deleted or replaced while it is open takes
//! commits as before, and nobody will ever see them. So the first connection of a process is kept as long as the
//! process: what the file, its `-wal` and its `-shm` are (device and inode) is noted then, and holds for every
//! later connection. Comparing costs a system call for each of them and batch. Reading the file for this is not a way: closing
//! it again would take SQLite's locks from it.
//!
//! **What was acknowledged is noted beside it** (`-highest`), as a total that is overwritten after every commit, and
//! not synced: it costs a microsecond, survives the process, and tells a database that has lost its `-wal` after a crash
//! from one that is whole, which SQLite cannot.
//!
//! **It is closed whole.** A checkpoint brings everything from the `-wal` into the file, and the last connection that
//! goes removes the rest.

mod file;
mod highest;
mod making;
mod named;
mod opening;
mod place;

pub use file::SqliteFile;
pub use making::Purpose;
