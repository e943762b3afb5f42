//! Sets the count on purpose, which only makes sense while nobody counts: a server that runs knows better, and lifts
//! the count again.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::counter_row::{COUNTER, bound_idleness, no_counter};
use super::writers::NOW;
use crate::store::schema::{visit_counter, visit_writers};
use crate::store::{AnyConnection, Error};

/// A server that has counted so lately may still run. One that stops takes its row with it, so this is how long one
/// has to wait after a server was killed.
const LATELY_SECONDS: i64 = 10 * 60;

/// Someone may be counting.
#[derive(Debug, thiserror::Error)]
pub enum CountInUse {
    /// Other sessions are open.
    #[error("{0} other connections to this database are open")]
    Connections(i64),
    /// Someone has counted not long ago and has not said goodbye.
    #[error(
        "a server that has not stopped cleanly counted {0} s ago; if it was killed, this is possible {LATELY_SECONDS} s \
         after its last visit"
    )]
    Lately(i64),
    /// Another process has the file open.
    #[error("another process has the database open")]
    File,
}

/// Sets the count to `total`, also to less than it is; returns what it was.
///
/// # Errors
/// A statement fails, or [`Error::GivenUp`] with [`CountInUse`] while someone may be counting.
pub fn set_visits(connection: &mut AnyConnection, total: i64) -> Result<i64, Error> {
    match connection {
        AnyConnection::Mysql(connection) => connection.transaction(|connection| {
            bound_idleness(connection)?;
            // First the lock, so that nobody counts between the look and the change.
            let before = replace_total(connection, total)?;
            let in_use = connections_of_others(connection)?.map(CountInUse::Connections);
            match in_use.or(counted_lately(connection)?.map(CountInUse::Lately)) {
                None => Ok(before),
                Some(in_use) => Err(Error::GivenUp(Box::new(in_use))),
            }
        }),
        AnyConnection::Sqlite(connection) => {
            // Only whoever is alone with the file may leave WAL mode.
            if connection.batch_execute("PRAGMA journal_mode = DELETE").is_err() {
                return Err(Error::GivenUp(Box::new(CountInUse::File)));
            }
            let before = connection.immediate_transaction(|connection| {
                let before: Option<i64> = visit_counter::table
                    .find(COUNTER)
                    .select(visit_counter::total)
                    .get_result(connection)
                    .optional()?;
                diesel::update(visit_counter::table.find(COUNTER))
                    .set(visit_counter::total.eq(total))
                    .execute(connection)?;
                before.ok_or_else(no_counter)
            });
            connection.batch_execute("PRAGMA journal_mode = WAL")?;
            before
        }
    }
}

fn replace_total(connection: &mut MysqlConnection, total: i64) -> Result<i64, Error> {
    let counter = visit_counter::table.find(COUNTER);
    let before: Option<i64> = counter.select(visit_counter::total).for_update().get_result(connection).optional()?;
    diesel::update(counter).set(visit_counter::total.eq(total)).execute(connection)?;
    before.ok_or_else(no_counter)
}

/// As far as this account may see them: without the right PROCESS that is its own.
fn connections_of_others(connection: &mut MysqlConnection) -> Result<Option<i64>, Error> {
    let version: String = diesel::select(sql::<Text>("VERSION()")).get_result(connection)?;
    // For its `information_schema`, MySQL makes text of what every session runs, and fails when it is none.
    let lists: &[_] = if version.contains("MariaDB") {
        &["information_schema.PROCESSLIST"]
    } else {
        &["performance_schema.processlist", "information_schema.PROCESSLIST"]
    };
    for list in lists {
        let others = format!("(SELECT CAST(SUM(ID <> CONNECTION_ID()) AS SIGNED) FROM {list} WHERE DB = DATABASE())");
        let others: Option<i64> = diesel::select(sql::<Nullable<BigInt>>(&others)).get_result(connection)?;
        // Our own is in it, unless the server was told to keep no `performance_schema`.
        if let Some(others) = others {
            return Ok(Some(others).filter(|others| *others > 0));
        }
    }
    Ok(None)
}

/// How many seconds ago, if it was lately, someone counted who has not stopped cleanly.
fn counted_lately(connection: &mut MysqlConnection) -> Result<Option<i64>, Error> {
    let last = visit_writers::table.order(visit_writers::active_at.desc());
    let age = sql::<BigInt>(&format!("CAST(({NOW} - active_at) DIV 1000 AS SIGNED)"));
    let age: Option<i64> = last.select(age).first(connection).optional()?;
    Ok(age.filter(|age| *age < LATELY_SECONDS))
}
