//! Opens connections to a file: looks at it before SQLite does, and whether it is ours before anything is written.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::place::{beside, unusable, wrong};
use crate::store::Error;

/// A connection that closes removes `-wal` and `-shm` one after the other.
const CLOSING: Duration = Duration::from_millis(500);

/// Says what can be said of the file before SQLite touches it.
///
/// # Errors
/// It is not there, or has lost what belongs to it.
pub(super) fn look(path: &Path) -> Result<(), Error> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(Error::NoDatabase(path.into())),
        Err(cause) => return Err(unusable(path, cause)),
    };
    if metadata.len() == 0 {
        let problem =
            "is empty: what was in it is lost. Put it back; or move it away and restore a backup, or begin anew";
        return Err(wrong(path, problem.into()));
    }
    let (wal, shm) = (beside(path, "-wal"), beside(path, "-shm"));
    let begin = Instant::now();
    while shm.exists() && !wal.exists() {
        if begin.elapsed() > CLOSING {
            let problem = format!(
                "has lost its -wal after a crash, and with it what was written last. Put it back; or remove {} and \
                 restore a backup, or go on with what there is",
                shm.display()
            );
            return Err(wrong(path, problem));
        }
        #[expect(clippy::disallowed_methods, reason = "nothing tells when another process has closed")]
        std::thread::sleep(CLOSING / 50);
    }
    Ok(())
}

/// Opens a database that is there, and ours.
///
/// # Errors
/// It is not.
pub(super) fn open(path: &Path) -> Result<SqliteConnection, Error> {
    let mut connection = connect(path, "rw")?;
    ensure_ours(&mut connection, path)?;
    prepare(connection)
}

/// Opens a database that is made by this.
///
/// # Errors
/// It cannot be made.
pub(super) fn create(path: &Path) -> Result<SqliteConnection, Error> {
    prepare(connect(path, "rwc")?)
}

fn connect(path: &Path, mode: &str) -> Result<SqliteConnection, Error> {
    SqliteConnection::establish(&uri(path, mode)).map_err(|error| unusable(path, io::Error::other(error)))
}

/// A URI, as only there a file that is not there is not made, and any byte can be in a name.
fn uri(path: &Path, mode: &str) -> String {
    const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');
    let authority = if path.is_absolute() { "//" } else { "" };
    let path = percent_encode(path.as_os_str().as_bytes(), UNRESERVED);
    format!("file:{authority}{path}?mode={mode}")
}

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    ours: i64,
}

/// Only looks, so that what is not ours stays as it is.
fn ensure_ours(connection: &mut SqliteConnection, path: &Path) -> Result<(), Error> {
    connection.batch_execute("PRAGMA busy_timeout = 2000")?;
    let query = "SELECT COUNT(*) AS ours FROM sqlite_master \
                 WHERE type = 'table' AND name = '__diesel_schema_migrations'";
    let outcome = diesel::sql_query(query).get_result::<Tables>(connection);
    let foreign = "is not a database of this program: move it away, and put the right one there or restore a backup";
    match outcome {
        Ok(Tables { ours: 1 }) => Ok(()),
        Ok(_) => Err(wrong(path, foreign.into())),
        // The text is that of the SQLite that is compiled in.
        Err(error) if error.to_string() == "file is not a database" => Err(wrong(path, foreign.into())),
        Err(error) => Err(error.into()),
    }
}

fn prepare(mut connection: SqliteConnection) -> Result<SqliteConnection, Error> {
    // busy_timeout first, as the next statement may already have to wait. In WAL mode only synchronous=FULL makes a
    // commit durable.
    connection.batch_execute(
        "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
    )?;
    Ok(connection)
}
