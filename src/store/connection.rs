//! Opens connections: the backend is picked by what is configured and matched on explicitly.
//!
//! # Design
//! `MultiConnection`'s derived `establish` tries one backend after the other, which hides "MySQL is
//! down" and can create an SQLite file out of a typo. So connections are only made here.

use std::sync::Arc;

use diesel::{MysqlConnection, SqliteConnection};

use super::{Error, Patience, SqliteFile, mysql};
use crate::config::{Backend, Database, MysqlSettings};

/// A connection to either backend. (The name `Connection` breaks the derive.)
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// MySQL or MariaDB.
    Mysql(MysqlConnection),
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
}

/// Opens connections to the configured database.
#[derive(Clone)]
pub enum Connector {
    /// To MySQL or MariaDB.
    Mysql(Box<MysqlSettings>),
    /// To an SQLite file.
    Sqlite(Arc<SqliteFile>),
}

/// Readers of an SQLite file do not wait for each other, so a few are enough.
const SQLITE_POOL_SIZE: u32 = 4;

impl Connector {
    pub(super) fn new(database: &Database) -> Self {
        match database {
            Database::Mysql(settings) => Self::Mysql(Box::new(settings.clone())),
            Database::Sqlite { path } => Self::Sqlite(Arc::new(SqliteFile::new(path.clone()))),
        }
    }

    /// The file, if the database is one.
    pub(super) fn file(&self) -> Option<&SqliteFile> {
        match self {
            Self::Mysql(_) => None,
            Self::Sqlite(file) => Some(file),
        }
    }

    /// Checks that an SQLite file was neither deleted nor replaced while it was open.
    ///
    /// # Errors
    /// It was.
    pub(super) fn ensure_in_place(&self) -> Result<(), Error> {
        self.file().map_or(Ok(()), SqliteFile::ensure_in_place)
    }

    pub(super) fn backend(&self) -> Backend {
        match self {
            Self::Mysql(_) => Backend::Mysql,
            Self::Sqlite(_) => Backend::Sqlite,
        }
    }

    pub(super) fn pool_size(&self) -> u32 {
        match self {
            Self::Mysql(settings) => settings.pool_size,
            Self::Sqlite(_) => SQLITE_POOL_SIZE,
        }
    }

    /// Opens one connection, ready for use.
    pub(super) fn connect_now(&self, patience: Patience) -> Result<AnyConnection, Error> {
        match self {
            Self::Mysql(settings) => mysql::connect(settings, patience).map(AnyConnection::Mysql),
            Self::Sqlite(file) => file.connect().map(AnyConnection::Sqlite),
        }
    }
}
