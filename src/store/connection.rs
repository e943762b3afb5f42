//! Opens connections: the backend is picked by what is configured and matched on explicitly.
//!
//! # Design
//! `MultiConnection`'s derived `establish` tries one backend after the other, which hides "MySQL is
//! down" and can create an SQLite file out of a typo. So connections are only made here.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, MysqlConnection, SqliteConnection};

use super::{Error, mysql};
use crate::config::{Database, MysqlSettings};

/// A connection to either backend. (The name `Connection` breaks the derive.)
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// MySQL or MariaDB.
    Mysql(MysqlConnection),
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
}

/// Opens connections to the configured database.
#[derive(Debug, Clone)]
pub enum Connector {
    /// To MySQL or MariaDB.
    Mysql(Box<MysqlSettings>),
    /// To an SQLite file.
    Sqlite(PathBuf),
}

/// Readers of an SQLite file do not wait for each other, so a few are enough.
const SQLITE_POOL_SIZE: u32 = 4;

impl Connector {
    pub(super) fn new(database: &Database) -> Result<Self, Error> {
        Ok(match database {
            Database::Mysql(settings) => Self::Mysql(Box::new(settings.clone())),
            Database::Sqlite { path } => {
                create_parent(path)?;
                Self::Sqlite(path.clone())
            }
        })
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Mysql(_) => "mysql",
            Self::Sqlite(_) => "sqlite",
        }
    }

    pub(super) fn pool_size(&self) -> u32 {
        match self {
            Self::Mysql(settings) => settings.pool_size,
            Self::Sqlite(_) => SQLITE_POOL_SIZE,
        }
    }

    /// Opens one connection, ready for use.
    pub(super) fn connect_now(&self) -> Result<AnyConnection, Error> {
        match self {
            Self::Mysql(settings) => mysql::connect(settings).map(AnyConnection::Mysql),
            Self::Sqlite(path) => connect_sqlite(path).map(AnyConnection::Sqlite),
        }
    }
}

impl ManageConnection for Connector {
    type Connection = AnyConnection;
    type Error = Error;

    fn connect(&self) -> Result<AnyConnection, Error> {
        self.connect_now()
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Error> {
        Ok(connection.ping()?)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

fn create_parent(path: &Path) -> Result<(), Error> {
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)
        .map_err(|cause| Error::DataDir { path: directory.display().to_string(), cause: cause.to_string() })
}

fn connect_sqlite(path: &Path) -> Result<SqliteConnection, Error> {
    let refused = |cause: String| Error::DataDir { path: path.display().to_string(), cause };
    let mut connection =
        SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| refused(error.to_string()))?;
    // busy_timeout first, as the next statement may already have to wait. In WAL mode only
    // synchronous=FULL makes a commit durable.
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        )
        .map_err(|error| refused(error.to_string()))?;
    Ok(connection)
}
