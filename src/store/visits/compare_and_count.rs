//! The statement that counts a batch in one round trip.

use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary};

use super::batch::Batch;
use super::counter_row::COUNTER;
use super::writers::NOW;
use crate::store::Error;

/// One round trip; false, with nothing changed, when the counter is not at `known_total`.
pub(super) fn compare_and_count(
    connection: &mut MysqlConnection,
    known_total: i64,
    batch: Batch,
) -> Result<bool, Error> {
    Ok(CompareAndCount::new(known_total, batch).execute(connection)? as u64 == BOTH_ROWS)
}

/// Rows that [`CompareAndCount`] finds when the batch is counted, one of each table: diesel asks for matched rather than
/// changed rows.
pub(super) const BOTH_ROWS: u64 = 2;

/// The statement of [`compare_and_count`], written out because diesel has neither a multi-table UPDATE
/// nor a prepared-statement cache for updates; the static `QueryId` gives it a place in the cache.
#[derive(QueryId)]
pub(super) struct CompareAndCount {
    writer: [u8; 16],
    known_batch: i64,
    batch: i64,
    known_total: i64,
    total: i64,
}

impl CompareAndCount {
    pub(super) fn new(known_total: i64, batch: Batch) -> Self {
        Self {
            writer: batch.writer,
            known_batch: batch.number - 1,
            batch: batch.number,
            known_total,
            total: known_total + batch.visits,
        }
    }

    /// The statement with its values in it, which are numbers and bytes of ours.
    pub(super) fn as_text(&self) -> String {
        let Self { writer, known_batch, batch, known_total, total } = self;
        format!(
            "UPDATE visit_counter JOIN visit_writers ON visit_writers.id = x'{}' \
             SET visit_counter.total = {total}, visit_writers.last_total = {total}, visit_writers.batch = {batch}, \
             visit_writers.active_at = {NOW} \
             WHERE visit_counter.id = {COUNTER} AND visit_counter.total = {known_total} \
             AND visit_writers.batch = {known_batch}",
            hex::encode(writer)
        )
    }
}

impl QueryFragment<Mysql> for CompareAndCount {
    fn walk_ast<'bind>(&'bind self, mut out: AstPass<'_, 'bind, Mysql>) -> QueryResult<()> {
        out.push_sql("UPDATE visit_counter JOIN visit_writers ON visit_writers.id = ");
        out.push_bind_param::<Binary, _>(&self.writer)?;
        for (column, value) in [
            (" SET visit_counter.total = ", &self.total),
            (", visit_writers.last_total = ", &self.total),
            (", visit_writers.batch = ", &self.batch),
        ] {
            out.push_sql(column);
            out.push_bind_param::<BigInt, _>(value)?;
        }
        out.push_sql(", visit_writers.active_at = ");
        out.push_sql(NOW);
        for (column, value) in [
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_in_text_is_the_prepared_one_with_its_values() {
        let batch = Batch { writer: *b"0123456789abcdef", number: 8, visits: 3 };
        let statement = CompareAndCount::new(40, batch);
        let prepared = diesel::debug_query::<Mysql, _>(&statement).to_string();
        let (prepared, _) = prepared.split_once(" -- binds").unwrap();
        let values = ["x'30313233343536373839616263646566'", "43", "43", "8", "1", "40", "7"];
        let filled = values.iter().fold(prepared.to_string(), |text, value| text.replacen('?', value, 1));
        assert_eq!(statement.as_text(), filled);
    }
}
