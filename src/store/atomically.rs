//! One transaction for whoever changes the catalogue, on either backend.

use diesel::Connection;
use diesel::connection::SimpleConnection;

use super::{AnyConnection, Error};

/// Runs `work` in one transaction, which waits for others longer than visitors do: what it has changed is taken back
/// when it fails.
///
/// # Errors
/// A statement fails, or what `work` returns.
pub fn atomically<T>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    // Someone may be about to replace everything. And SQLite's waiters are not served in turn: under load, the two
    // seconds that visitors wait may pass without one of theirs.
    match connection {
        AnyConnection::Mysql(connection) => connection.batch_execute("SET SESSION innodb_lock_wait_timeout = 30")?,
        AnyConnection::Sqlite(connection) => connection.batch_execute("PRAGMA busy_timeout = 30000")?,
    }
    connection.transaction(work)
}
