//! Counts visits in batches, each exactly once, whatever happens to the connection.
//!
//! # Design
//! On MySQL a batch is one autocommit statement, one round trip. It moves the counter and this
//! connection's *writer row* together, and only if both are still as we know them (compare and swap).
//! Every assigned value is a constant, as a multi-table UPDATE has no defined order of assignment.
//! When another replica has counted in between, the batch takes the counter's row lock instead.
//!
//! When the connection breaks, nobody knows whether the last batch was committed. [`Ledger::settle`]
//! finds out on a new connection: it deletes the writer row if it still stands before the batch. Had
//! the statement been lost, it now can never run, as its row is gone; had it run, the row says which
//! numbers it took. Deleting waits for a transaction of ours that is not decided yet.
//!
//! Roads not taken, with their round trips on MySQL: `transaction()` of diesel with UPDATE and SELECT
//! (8), a multi-statement packet (4), `LAST_INSERT_ID(total + n)` and SELECT (2, but its numbers are lost
//! with the connection). SQLite commits in this process: its commits are never ambiguous.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary};

use super::schema::{visit_counter, visit_writers};
use super::{AnyConnection, Connector, Error};

/// The counter's only row.
pub(super) const COUNTER: i64 = 1;

/// Writer rows of processes that died are kept this long, for whoever wonders.
const WRITER_ROWS_KEPT: Duration = Duration::from_hours(30 * 24);

/// The total number of visits.
///
/// # Errors
/// The query fails.
pub fn total_visits(connection: &mut AnyConnection) -> Result<i64, Error> {
    Ok(visit_counter::table.find(COUNTER).select(visit_counter::total).get_result(connection)?)
}

/// The committing side of the visitor count: one connection of its own, one batch at a time.
pub struct Ledger {
    connector: Connector,
    session: Option<Session>,
    undecided: Option<Batch>,
}

enum Session {
    Mysql { connection: MysqlConnection, writer: Writer },
    Sqlite(SqliteConnection),
}

/// What this connection knows of its row in `visit_writers` and of the counter.
#[derive(Debug)]
struct Writer {
    id: [u8; 16],
    batch: i64,
    total: i64,
    /// Whether someone else has counted lately; then trying without the lock is a wasted round trip.
    contended: bool,
}

/// One batch of a writer: the numbers `total - visits + 1 ..= total`, if it is committed as planned.
#[derive(Debug, Clone, Copy)]
struct Batch {
    writer: [u8; 16],
    number: i64,
    visits: i64,
}

impl Ledger {
    pub(super) fn new(connector: Connector) -> Self {
        Self { connector, session: None, undecided: None }
    }

    /// How many visits are in a batch of which nobody knows whether it was committed; 0 if there is none.
    pub fn undecided_visits(&self) -> usize {
        self.undecided.map_or(0, |batch| usize::try_from(batch.visits).unwrap_or(0))
    }

    /// Finds out about the undecided batch: its last number if it was committed, `None` if it never will be.
    ///
    /// # Errors
    /// The database cannot be asked; nothing is decided yet.
    pub fn settle(&mut self) -> Result<Option<i64>, Error> {
        let Some(batch) = self.undecided else { return Ok(None) };
        let outcome = match self.session()? {
            Session::Mysql { connection, .. } => settle(connection, batch),
            Session::Sqlite(_) => Ok(None),
        };
        match outcome {
            Ok(last) => {
                self.undecided = None;
                Ok(last)
            }
            Err(error) => {
                self.session = None;
                Err(error)
            }
        }
    }

    /// Commits `visits` visits and returns the last of their numbers.
    ///
    /// # Errors
    /// The batch failed; [`Ledger::undecided_visits`] tells whether it may have been committed all the same.
    pub fn count(&mut self, visits: u32) -> Result<i64, Error> {
        assert!(self.undecided.is_none(), "an undecided batch is settled before the next one");
        let visits = i64::from(visits);
        let (outcome, batch) = match self.session()? {
            Session::Mysql { connection, writer } => {
                let batch = Batch { writer: writer.id, number: writer.batch + 1, visits };
                (count_mysql(connection, writer, batch), Some(batch))
            }
            Session::Sqlite(connection) => (count_sqlite(connection, visits), None),
        };
        if outcome.is_err() {
            self.session = None;
            self.undecided = batch;
        }
        outcome
    }

    fn session(&mut self) -> Result<&mut Session, Error> {
        match &mut self.session {
            Some(session) => Ok(session),
            vacant => Ok(vacant.insert(open(&self.connector)?)),
        }
    }
}

fn open(connector: &Connector) -> Result<Session, Error> {
    Ok(match connector.connect_now()? {
        AnyConnection::Sqlite(connection) => Session::Sqlite(connection),
        AnyConnection::Mysql(mut connection) => {
            let writer = register_writer(&mut connection)?;
            Session::Mysql { connection, writer }
        }
    })
}

fn register_writer(connection: &mut MysqlConnection) -> Result<Writer, Error> {
    let id: [u8; 16] = rand::random();
    prune_writers(connection)?;
    diesel::insert_into(visit_writers::table)
        .values((
            visit_writers::id.eq(id.as_slice()),
            visit_writers::batch.eq(0),
            visit_writers::last_total.eq(0),
            visit_writers::active_at.eq(unix_milliseconds()),
        ))
        .execute(connection)?;
    let total = visit_counter::table.find(COUNTER).select(visit_counter::total).get_result(connection)?;
    Ok(Writer { id, batch: 0, total, contended: false })
}

/// Looks first and then deletes by key: a DELETE by age would wait for the row of every busy replica.
fn prune_writers(connection: &mut MysqlConnection) -> Result<(), Error> {
    let oldest_kept = unix_milliseconds() - milliseconds(WRITER_ROWS_KEPT);
    let old: Vec<Vec<u8>> = visit_writers::table
        .filter(visit_writers::active_at.lt(oldest_kept))
        .select(visit_writers::id)
        .load(connection)?;
    if !old.is_empty() {
        diesel::delete(visit_writers::table.filter(visit_writers::id.eq_any(old))).execute(connection)?;
    }
    Ok(())
}

fn count_mysql(connection: &mut MysqlConnection, writer: &mut Writer, batch: Batch) -> Result<i64, Error> {
    let known_total = writer.total;
    let total = if !writer.contended && compare_and_count(connection, known_total, batch)? {
        known_total + batch.visits
    } else {
        lock_and_count(connection, batch)?
    };
    writer.contended = total != known_total + batch.visits;
    writer.total = total;
    writer.batch = batch.number;
    Ok(total)
}

/// One round trip; false, with nothing changed, when the counter is not at `known_total`.
fn compare_and_count(connection: &mut MysqlConnection, known_total: i64, batch: Batch) -> Result<bool, Error> {
    let statement = CompareAndCount {
        writer: batch.writer,
        known_batch: batch.number - 1,
        batch: batch.number,
        known_total,
        total: known_total + batch.visits,
        active_at: unix_milliseconds(),
    };
    // diesel asks for matched rather than changed rows; both tables have one.
    Ok(statement.execute(connection)? == 2)
}

fn lock_and_count(connection: &mut MysqlConnection, batch: Batch) -> Result<i64, Error> {
    connection.transaction(|connection| {
        let counter = visit_counter::table.find(COUNTER);
        let total: i64 = counter.select(visit_counter::total).for_update().get_result(connection)?;
        let total = total + batch.visits;
        diesel::update(counter).set(visit_counter::total.eq(total)).execute(connection)?;
        let writer =
            visit_writers::table.find(batch.writer.as_slice()).filter(visit_writers::batch.eq(batch.number - 1));
        let moved = diesel::update(writer)
            .set((
                visit_writers::batch.eq(batch.number),
                visit_writers::last_total.eq(total),
                visit_writers::active_at.eq(unix_milliseconds()),
            ))
            .execute(connection)?;
        // Without its row the batch could not be settled; the next connection registers a new one.
        if moved == 1 { Ok(total) } else { Err(Error::Unavailable("the writer row is gone".into())) }
    })
}

fn settle(connection: &mut MysqlConnection, batch: Batch) -> Result<Option<i64>, Error> {
    let writer = visit_writers::table.find(batch.writer.as_slice());
    let before = writer.filter(visit_writers::batch.eq(batch.number - 1));
    if diesel::delete(before).execute(connection)? == 1 {
        return Ok(None);
    }
    let after = writer.filter(visit_writers::batch.eq(batch.number));
    Ok(after.select(visit_writers::last_total).get_result(connection).optional()?)
}

fn count_sqlite(connection: &mut SqliteConnection, visits: i64) -> Result<i64, Error> {
    connection.immediate_transaction(|connection| {
        let counter = visit_counter::table.find(COUNTER);
        diesel::update(counter).set(visit_counter::total.eq(visit_counter::total + visits)).execute(connection)?;
        Ok(counter.select(visit_counter::total).get_result(connection)?)
    })
}

/// The statement of [`compare_and_count`], written out because diesel has neither a multi-table UPDATE
/// nor a prepared-statement cache for updates; the static `QueryId` gives it a place in the cache.
#[derive(QueryId)]
struct CompareAndCount {
    writer: [u8; 16],
    known_batch: i64,
    batch: i64,
    known_total: i64,
    total: i64,
    active_at: i64,
}

impl QueryFragment<Mysql> for CompareAndCount {
    fn walk_ast<'bind>(&'bind self, mut out: AstPass<'_, 'bind, Mysql>) -> QueryResult<()> {
        out.push_sql("UPDATE visit_counter JOIN visit_writers ON visit_writers.id = ");
        out.push_bind_param::<Binary, _>(&self.writer)?;
        for (column, value) in [
            (" SET visit_counter.total = ", &self.total),
            (", visit_writers.last_total = ", &self.total),
            (", visit_writers.batch = ", &self.batch),
            (", visit_writers.active_at = ", &self.active_at),
            (" WHERE visit_counter.id = ", &COUNTER),
            (" AND visit_counter.total = ", &self.known_total),
            (" AND visit_writers.batch = ", &self.known_batch),
        ] {
            out.push_sql(column);
            out.push_bind_param::<BigInt, _>(value)?;
        }
        Ok(())
    }
}

impl RunQueryDsl<MysqlConnection> for CompareAndCount {}

fn unix_milliseconds() -> i64 {
    milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
