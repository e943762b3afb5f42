//! What can go wrong with a database, in the words an operator needs.

use std::io;
use std::path::PathBuf;

use diesel::result::{ConnectionError, Error as QueryError};

/// What can go wrong with a database. Messages are for logs, never for visitors, and hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not answer in time, or cannot be counted on.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// It cannot be reached, lets nobody in, or is lost on the way to it.
    #[error("the database is unavailable")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answers, but its tables are not the ones this program needs.
    #[error("the schema is not current ({0}); run `dog-gif-app migrate`")]
    Schema(String),
    /// The directory or file of the embedded database cannot be used.
    #[error("cannot use DATA_DIR {path}; give the process write access to it or set DATA_DIR")]
    DataDir {
        /// The directory, or a file in it.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        cause: io::Error,
    },
    /// There is no embedded database yet.
    #[error(
        "there is no database at {0}; DATA_DIR or --data-dir says where it is, and `dog-gif-app serve` or `migrate` makes \
         a new one"
    )]
    NoDatabase(PathBuf),
    /// The file of the embedded database is not one to go on with.
    #[error("the database {path} {problem}")]
    DatabaseFile {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A statement failed.
    #[error("a statement failed")]
    Query(#[from] QueryError),
    /// Work was given up for a reason outside the database; what it had changed was taken back.
    #[error(transparent)]
    GivenUp(Box<dyn std::error::Error + Send + Sync>),
    /// A migration failed.
    #[error("a migration failed")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Whether it may be there in a moment.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Unreachable(_))
    }

    /// What keeps us from reaching it.
    pub(super) fn unreachable(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unreachable(Box::new(cause))
    }
}

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        Self::unreachable(error)
    }
}
