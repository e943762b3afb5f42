//! How visits are counted on SQLite.

use std::sync::Arc;

use diesel::prelude::*;

use super::batch::Moved;
use super::counter_row::{COUNTER, no_counter};
use crate::store::schema::visit_counter;
use crate::store::{Error, SqliteFile};

/// A connection that counts. It commits in this process, so nothing is ever undecided.
pub(super) struct SqliteSession {
    connection: SqliteConnection,
    file: Arc<SqliteFile>,
}

impl SqliteSession {
    /// Opens one.
    ///
    /// # Errors
    /// The file cannot be used.
    pub(super) fn open(file: &Arc<SqliteFile>) -> Result<Self, Error> {
        Ok(Self { connection: file.connect()?, file: file.clone() })
    }

    /// Commits a batch, counting on from `known_total` if the counter says less.
    ///
    /// # Errors
    /// Nothing was committed, or it was in a file that nobody will find: its visits must not be acknowledged.
    pub(super) fn count(&mut self, visits: i64, known_total: i64) -> Result<Moved, Error> {
        let moved = count(&mut self.connection, visits, known_total)?;
        self.file.acknowledge(moved.total)?;
        Ok(moved)
    }
}

fn count(connection: &mut SqliteConnection, visits: i64, known_total: i64) -> Result<Moved, Error> {
    connection.immediate_transaction(|connection| {
        let counter = visit_counter::table.find(COUNTER);
        diesel::update(counter).set(visit_counter::total.eq(visit_counter::total + visits)).execute(connection)?;
        let total: i64 =
            counter.select(visit_counter::total).get_result(connection).optional()?.ok_or_else(no_counter)?;
        let found = total - visits;
        if found >= known_total {
            return Ok(Moved { total, found });
        }
        let total = known_total + visits;
        diesel::update(counter).set(visit_counter::total.eq(total)).execute(connection)?;
        Ok(Moved { total, found })
    })
}
