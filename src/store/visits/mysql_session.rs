//! How visits are counted on MySQL: one connection, with what it knows of its writer row and of the counter.

use std::time::Instant;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::batch::{Batch, Moved, Settled};
use super::compare_and_count::{BOTH_ROWS, CompareAndCount, compare_and_count};
use super::counter_row::{COUNTER, IDLE, bound_idleness, no_counter};
use super::writers::{self, NOW, WriterId};
use crate::config::MysqlSettings;
use crate::store::line::Line;
use crate::store::schema::{visit_counter, visit_writers};
use crate::store::{Error, mysql};

/// A connection that counts, one batch after the other.
pub(super) struct MysqlSession {
    line: Line,
    /// Its row in `visit_writers`.
    id: WriterId,
    /// The batch that the row stands at.
    batch: i64,
    /// Where the counter was last.
    total: i64,
    /// Whether someone else has counted lately; then trying without the lock is a wasted round trip.
    contended: bool,
    /// When it was last used, if the server ends it when it is idle for [`IDLE`].
    bounded: Option<Instant>,
    /// Whether the answer to a batch is still to be read.
    is_under_way: bool,
}

impl MysqlSession {
    /// Opens one, and removes rows that were `left_behind`.
    ///
    /// # Errors
    /// The server cannot be reached, takes no writes, or has no counter.
    pub(super) fn open(settings: &MysqlSettings, left_behind: &mut Vec<WriterId>) -> Result<Self, Error> {
        let mut line = mysql::connect_line(settings)?;
        let connection = line.connection();
        // Before anything is asked of this connection; see the head of `visits`.
        let id = writers::register(connection, left_behind)?;
        let total = visit_counter::table.find(COUNTER).select(visit_counter::total).get_result(connection)?;
        Ok(Self { line, id, batch: 0, total, contended: false, bounded: None, is_under_way: false })
    }

    /// The name of its row.
    pub(super) fn id(&self) -> WriterId {
        self.id
    }

    /// The connection, for statements that wait. There must be no batch under way.
    pub(super) fn connection(&mut self) -> &mut MysqlConnection {
        self.line.connection()
    }

    /// Whether the server is about to end it.
    pub(super) fn is_stale(&self) -> bool {
        self.bounded.is_some_and(|used| used.elapsed() > IDLE / 2)
    }

    /// Whether the answer to a batch is still to be read.
    pub(super) fn is_under_way(&self) -> bool {
        self.is_under_way
    }

    /// The batch that comes next.
    pub(super) fn next_batch(&self, visits: i64) -> Batch {
        Batch { writer: self.id, number: self.batch + 1, visits }
    }

    /// Commits a batch, counting on from `known_total` if the counter says less.
    ///
    /// # Errors
    /// It may have been committed all the same.
    pub(super) fn count(&mut self, batch: Batch, known_total: i64) -> Result<Moved, Error> {
        let expected = self.total;
        // Behind what is known, the counter has to be lifted, which takes its lock.
        let is_plain = !self.contended && expected >= known_total;
        let moved = if is_plain && compare_and_count(self.connection(), expected, batch)? {
            Moved { total: expected + batch.visits, found: expected }
        } else {
            if self.bounded.is_none() {
                bound_idleness(self.connection())?;
                self.bounded = Some(Instant::now());
            }
            lock_and_count(self.connection(), batch, known_total)?
        };
        self.bounded = self.bounded.map(|_| Instant::now());
        self.contended = moved.total != expected + batch.visits;
        self.total = moved.total;
        self.batch = batch.number;
        Ok(moved)
    }

    /// Whether a batch can be sent: one statement is enough, as nobody else counts and the counter need not be lifted.
    pub(super) fn can_send(&self, known_total: i64) -> bool {
        !self.contended && self.bounded.is_none() && self.total >= known_total
    }

    /// Commits a batch by one statement without holding up a thread; see [`MysqlSession::read`]. Who gives up waiting
    /// leaves it under way.
    ///
    /// # Errors
    /// It may have been committed all the same.
    pub(super) async fn send(&mut self, batch: Batch) -> Result<Option<i64>, Error> {
        self.line.send(&CompareAndCount::new(self.total, batch).as_text())?;
        self.is_under_way = true;
        self.line.answered().await?;
        self.read(batch)
    }

    /// Reads the answer to the batch that is under way: the last of its numbers, or `None` if someone else has counted,
    /// and it has changed nothing.
    ///
    /// # Errors
    /// It may have been committed all the same.
    pub(super) fn read(&mut self, batch: Batch) -> Result<Option<i64>, Error> {
        self.is_under_way = false;
        if self.line.read()? == BOTH_ROWS {
            self.total += batch.visits;
            self.batch = batch.number;
            Ok(Some(self.total))
        } else {
            self.contended = true;
            Ok(None)
        }
    }

    /// Finds out about a batch of another connection.
    ///
    /// # Errors
    /// A statement fails; nothing is decided yet.
    pub(super) fn settle(&mut self, batch: Batch) -> Result<Settled, Error> {
        let connection = self.connection();
        let writer = visit_writers::table.find(batch.writer.as_slice());
        let before = writer.filter(visit_writers::batch.eq(batch.number - 1));
        if diesel::delete(before).execute(connection)? == 1 {
            return Ok(Settled::NeverWillBe);
        }
        let row = writer.select((visit_writers::batch, visit_writers::last_total));
        Ok(match row.get_result::<(i64, i64)>(connection).optional()? {
            Some((number, last)) if number == batch.number => Settled::Committed(last),
            // The batch waits for a row that stands right before it, and this one never will again: it has to be
            // moved by batches that only the lost connection could make.
            Some((found, _)) => Settled::Lost { found, known: batch.number - 1 },
            // Deleted by an earlier look, whose answer was lost.
            None => Settled::NeverWillBe,
        })
    }
}

/// Counts on from what the counter says, or from `known_total` if it says less.
fn lock_and_count(connection: &mut MysqlConnection, batch: Batch, known_total: i64) -> Result<Moved, Error> {
    connection.transaction(|connection| {
        let counter = visit_counter::table.find(COUNTER);
        let found = counter.select(visit_counter::total).for_update().get_result(connection).optional()?;
        let found: i64 = found.ok_or_else(no_counter)?;
        let total = found.max(known_total) + batch.visits;
        diesel::update(counter).set(visit_counter::total.eq(total)).execute(connection)?;
        let writer =
            visit_writers::table.find(batch.writer.as_slice()).filter(visit_writers::batch.eq(batch.number - 1));
        let moved = diesel::update(writer)
            .set((
                visit_writers::batch.eq(batch.number),
                visit_writers::last_total.eq(total),
                visit_writers::active_at.eq(sql::<BigInt>(NOW)),
            ))
            .execute(connection)?;
        // Without its row the batch could not be settled; the next connection registers a new one.
        if moved == 1 {
            Ok(Moved { total, found })
        } else {
            Err(Error::Unavailable("the writer row is not where its last batch has left it".into()))
        }
    })
}
