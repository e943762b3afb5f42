//! What can go wrong with a database, in the words an operator needs.

use diesel::result::Error as QueryError;

/// What can go wrong with a database. Messages are for logs, never for visitors, and hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be reached, or does not answer in time.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// It answers, but its tables are not the ones this program needs.
    #[error("the schema is not current ({0}); run `dog-gif-app migrate`")]
    Schema(String),
    /// The directory or file of the embedded database cannot be used.
    #[error("cannot use DATA_DIR {path}: {cause}; give the process write access to it or set DATA_DIR")]
    DataDir {
        /// The directory.
        path: String,
        /// What the operating system says.
        cause: String,
    },
    /// A statement failed.
    #[error("a statement failed: {0}")]
    Query(#[from] QueryError),
    /// Work was given up for a reason outside the database; what it had changed was taken back.
    #[error(transparent)]
    GivenUp(Box<dyn std::error::Error + Send + Sync>),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
}
