//! The rows of `visit_writers`: one for each counting connection, which makes its last batch decidable.
//!
//! They cannot pile up: a connection's row is inserted only where there is a counter to move, removed when the next
//! connection of its process has taken its place or the process stops, and pruned by whoever comes by when
//! its process died.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};

use super::counter_row::{COUNTER, no_counter};
use crate::store::Error;
use crate::store::schema::visit_writers;

/// A writer's name, random.
pub(super) type WriterId = [u8; 16];

/// Now by the database's clock, in Unix milliseconds: ours may be wrong, and would then take the row of another
/// process for an old one.
pub(super) const NOW: &str = "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)";

/// Rows of processes that died are kept this long, 30 days, for whoever wonders.
const KEPT_MILLISECONDS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Rows looked at by each new connection, so that more go than come, and none of them waits for long.
const PIECE_ROWS: i64 = 100;

/// Rows remembered for removal; a database that flaps for longer than this leaves some to pruning.
const LEFT_BEHIND_ROWS: usize = 64;

/// Inserts a row for a new connection, and clears away old ones.
///
/// # Errors
/// The database takes no writes, or has no counter.
pub(super) fn register(connection: &mut MysqlConnection, left_behind: &mut Vec<WriterId>) -> Result<WriterId, Error> {
    let id: WriterId = rand::random();
    // If the answer is lost, nobody knows whether the row is there.
    insert_as(connection, id).inspect_err(|_| leave_behind(left_behind, id))?;
    // Not worth failing for: what stays is pruned.
    let _ = remove(connection, left_behind);
    prune(connection, id)?;
    Ok(id)
}

/// Inserts a row of a new name.
pub(super) fn insert(connection: &mut MysqlConnection) -> Result<WriterId, Error> {
    let id: WriterId = rand::random();
    insert_as(connection, id).map(|()| id)
}

fn insert_as(connection: &mut MysqlConnection, id: WriterId) -> Result<(), Error> {
    let statement = format!(
        "INSERT INTO visit_writers (id, batch, last_total, active_at) \
         SELECT ?, 0, 0, {NOW} FROM visit_counter WHERE visit_counter.id = {}",
        COUNTER
    );
    match diesel::sql_query(statement).bind::<Binary, _>(id.as_slice()).execute(connection)? {
        1 => Ok(()),
        _ => Err(no_counter()),
    }
}

/// Remembers a row that is not needed any more.
pub(super) fn leave_behind(left_behind: &mut Vec<WriterId>, id: WriterId) {
    if left_behind.len() < LEFT_BEHIND_ROWS {
        left_behind.push(id);
    }
}

/// Removes the rows that are not needed any more, but for those that a connection still holds which the server has not
/// missed yet: waiting for them would cost visitors seconds.
pub(super) fn remove(connection: &mut MysqlConnection, left_behind: &mut Vec<WriterId>) -> Result<(), Error> {
    if left_behind.is_empty() {
        return Ok(());
    }
    let ids = left_behind.iter().map(|id| id.to_vec()).collect::<Vec<_>>();
    connection.transaction::<_, Error, _>(|connection| {
        let rows = visit_writers::table.filter(visit_writers::id.eq_any(&ids));
        let free: Vec<Vec<u8>> = rows.select(visit_writers::id).for_update().skip_locked().load(connection)?;
        diesel::delete(visit_writers::table.filter(visit_writers::id.eq_any(&free))).execute(connection)?;
        Ok(())
    })?;
    let rest = visit_writers::table.filter(visit_writers::id.eq_any(&ids)).select(visit_writers::id);
    let rest: Vec<Vec<u8>> = rest.load(connection)?;
    left_behind.retain(|id| rest.iter().any(|row| row == id));
    Ok(())
}

/// Looks at the rows that follow `id`, which is random, and removes those that are old. Looks first and then
/// deletes by key: a DELETE by age would wait for the row of every busy replica.
fn prune(connection: &mut MysqlConnection, id: WriterId) -> Result<(), Error> {
    let is_old = || visit_writers::active_at.lt(sql::<BigInt>(&format!("({NOW} - {KEPT_MILLISECONDS})")));
    let look = |connection: &mut MysqlConnection, after: &[u8], rows: i64| -> Result<Vec<(Vec<u8>, bool)>, Error> {
        let piece =
            visit_writers::table.filter(visit_writers::id.gt(after.to_vec())).order(visit_writers::id).limit(rows);
        Ok(piece.select((visit_writers::id, is_old())).load(connection)?)
    };
    let mut piece = look(connection, &id, PIECE_ROWS)?;
    let room = PIECE_ROWS - i64::try_from(piece.len()).unwrap_or(PIECE_ROWS);
    if room > 0 {
        piece.extend(look(connection, &[], room)?);
    }
    let old: Vec<Vec<u8>> = piece.into_iter().filter(|(_, is_old)| *is_old).map(|(id, _)| id).collect();
    if !old.is_empty() {
        diesel::delete(visit_writers::table.filter(visit_writers::id.eq_any(old))).execute(connection)?;
    }
    Ok(())
}
