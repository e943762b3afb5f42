//! Counting without a visit, to learn whether one could be counted.

use diesel::prelude::*;

use super::counter_row::{COUNTER, no_counter};
use super::writers;
use crate::store::schema::{visit_counter, visit_writers};
use crate::store::{AnyConnection, Error};

/// Writes what counting writes, and takes it back: whether the database would count a visit now.
///
/// # Errors
/// Why it would not.
pub fn try_counting(connection: &mut AnyConnection) -> Result<(), Error> {
    match connection {
        AnyConnection::Mysql(connection) => {
            connection.transaction::<_, Error, _>(|connection| {
                let id = writers::insert(connection)?;
                diesel::delete(visit_writers::table.find(id.as_slice())).execute(connection)?;
                Ok(())
            })?;
            // Alone, so that its lock ends with it, wherever we are by then.
            let counter = visit_counter::table.find(COUNTER);
            match diesel::update(counter).set(visit_counter::total.eq(visit_counter::total)).execute(connection)? {
                1 => Ok(()),
                _ => Err(no_counter()),
            }
        }
        AnyConnection::Sqlite(connection) => connection.immediate_transaction(|connection| {
            // Forth and back, as SQLite does not write a page whose bytes stay as they are: a full disk would not be
            // noticed.
            for step in [1, -1] {
                let counter = diesel::update(visit_counter::table.find(COUNTER));
                if counter.set(visit_counter::total.eq(visit_counter::total + step)).execute(connection)? != 1 {
                    return Err(no_counter());
                }
            }
            Ok(())
        }),
    }
}
