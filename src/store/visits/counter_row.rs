//! The row that holds the total of visits, and how long its lock may be held.
//!
//! # Design
//! In a transaction the lock is held from one statement to the next. A process whose machine vanishes in between would
//! keep everybody from counting until the server misses it, which takes TCP hours; so the server is told to end a
//! session that takes the lock when it says nothing for [`IDLE`].

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::store::schema::visit_counter;
use crate::store::{AnyConnection, Error};

/// How long a connection that takes the counter's lock may be idle, also when it does not hold it.
pub(super) const IDLE: Duration = Duration::from_secs(5);

/// The counter's only row.
pub(super) const COUNTER: i64 = 1;

/// The total number of visits.
///
/// # Errors
/// The query fails.
pub fn total_visits(connection: &mut AnyConnection) -> Result<i64, Error> {
    Ok(visit_counter::table.find(COUNTER).select(visit_counter::total).get_result(connection)?)
}

/// Raises the count to `visits` unless it is there or beyond already; returns what it is then.
///
/// # Errors
/// A statement fails.
pub fn raise_visits(connection: &mut AnyConnection, visits: i64) -> Result<i64, Error> {
    if let AnyConnection::Mysql(connection) = connection {
        bound_idleness(connection)?;
    }
    let behind = visit_counter::table.find(COUNTER).filter(visit_counter::total.lt(visits));
    diesel::update(behind).set(visit_counter::total.eq(visits)).execute(connection)?;
    total_visits(connection)
}

/// What is wrong with a database that has its tables, but not the counter's row.
pub(super) fn no_counter() -> Error {
    Error::Unavailable(format!(
        "visit_counter has no row {COUNTER}, which `dog-gif-app migrate` made; restore a backup"
    ))
}

/// Lets the server end this session when it has been idle for [`IDLE`], with the lock that it holds.
pub(super) fn bound_idleness(connection: &mut MysqlConnection) -> Result<(), Error> {
    Ok(connection.batch_execute(&format!("SET SESSION wait_timeout = {}", IDLE.as_secs()))?)
}
