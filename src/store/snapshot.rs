//! Reads everything as of one moment, for a backup, while others go on writing; needs nothing but SELECT.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::gifs::CATALOGUE;
use super::schema::{catalogue, gif_files, gifs};
use super::{AnyConnection, Error, GifRecord, total_visits};

/// What a snapshot holds, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Visits ever counted.
    pub visits: i64,
    /// How many GIFs there are.
    pub gifs: i64,
    /// See [`super::catalogue_version`].
    pub catalogue_version: i64,
    /// The highest id that a GIF ever had: those of removed GIFs are never used again.
    pub highest_gif_id: i64,
}

/// A GIF with everything that is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGif {
    /// Its row.
    pub record: GifRecord,
    /// The GIF itself.
    pub animation: Vec<u8>,
    /// Its first frame as a PNG.
    pub still: Vec<u8>,
}

/// Everything there is as of one moment; one GIF is in memory at a time.
pub struct Snapshot<'connection> {
    connection: &'connection mut AnyConnection,
    /// What it holds, in numbers.
    pub contents: Contents,
    last_id: i64,
}

/// Lets `work` read a snapshot. What others commit meanwhile is not in it, and they do not wait.
///
/// # Errors
/// A query fails, or what `work` returns.
pub fn read_snapshot<T>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut Snapshot<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    if let AnyConnection::Mysql(connection) = connection {
        // Under READ COMMITTED, each statement would see a moment of its own. SQLite's readers keep theirs anyway.
        connection.batch_execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
    }
    connection.transaction(|connection| {
        let contents = contents(connection)?;
        work(&mut Snapshot { connection, contents, last_id: 0 })
    })
}

impl Snapshot<'_> {
    /// The next GIF by ascending id; `None` behind the last.
    ///
    /// # Errors
    /// A query fails.
    pub fn next_gif(&mut self) -> Result<Option<StoredGif>, Error> {
        let next = gifs::table.filter(gifs::id.gt(self.last_id)).order(gifs::id).select(GifRecord::as_select());
        let Some(record) = next.first(self.connection).optional()? else { return Ok(None) };
        self.last_id = record.id;
        // Two queries, so that each answer stays below the smallest default packet size, 16 MB.
        let files = gif_files::table.find(record.id);
        let animation = files.select(gif_files::animation).first(self.connection)?;
        let still = files.select(gif_files::still).first(self.connection)?;
        Ok(Some(StoredGif { record, animation, still }))
    }
}

fn contents(connection: &mut AnyConnection) -> Result<Contents, Error> {
    Ok(Contents {
        visits: total_visits(connection)?,
        gifs: gifs::table.count().get_result(connection)?,
        catalogue_version: catalogue::table.find(CATALOGUE).select(catalogue::version).get_result(connection)?,
        highest_gif_id: highest_gif_id(connection)?,
    })
}

#[derive(QueryableByName)]
struct Sequence {
    #[diesel(sql_type = Nullable<BigInt>)]
    highest: Option<i64>,
}

/// MySQL caches what information_schema says for a day unless it is told not to; MariaDB neither does that nor knows
/// the variable, and takes no notice of comments for MySQL 8.
const NO_CACHE: &str = "SET SESSION time_zone = '+00:00' /*!80000 , SESSION information_schema_stats_expiry = 0 */";

fn highest_gif_id(connection: &mut AnyConnection) -> Result<i64, Error> {
    let highest_now: Option<i64> = gifs::table.select(diesel::dsl::max(gifs::id)).get_result(connection)?;
    let handed_out: Option<Sequence> = match connection {
        AnyConnection::Sqlite(connection) => {
            let sequence = diesel::sql_query("SELECT seq AS highest FROM sqlite_sequence WHERE name = 'gifs'");
            sequence.get_result(connection).optional()?
        }
        // SHOW CREATE TABLE says it too, but MySQL cannot prepare that, and so diesel cannot read it.
        AnyConnection::Mysql(connection) => {
            connection.batch_execute(NO_CACHE)?;
            let sequence = diesel::sql_query(
                "SELECT CAST(AUTO_INCREMENT AS SIGNED) - 1 AS highest FROM information_schema.TABLES \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'gifs'",
            );
            sequence.get_result(connection).optional()?
        }
    };
    Ok(highest_now.max(handed_out.and_then(|sequence| sequence.highest)).unwrap_or(0))
}
