//! What can go wrong with a backup, in the words of whoever has to act on it.

use std::io;

use crate::store::Error;

/// What can go wrong with a backup. Each message goes on behind the file's name.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file does not begin like one.
    #[error("it is not a backup of Dog Gif App")]
    Foreign,
    /// The file ends too early.
    #[error("it ends in the middle: it was cut off, or is still being written; take an older one")]
    Truncated,
    /// The file is not what was written.
    #[error("it is damaged ({0}); take another one")]
    Damaged(String),
    /// A part of the file is not what was written, as its parser says.
    #[error("it is damaged ({name}); take another one")]
    Unparsable {
        /// Which part.
        name: String,
        /// What the parser says.
        #[source]
        cause: serde_json::Error,
    },
    /// The file is from the future.
    #[error("it has format {0}, and this program reads up to {latest}; restore it with a newer version", latest = super::FORMAT)]
    NewerFormat(u32),
    /// The database's own bytes are wrong.
    #[error(
        "in the database, the bytes of {0} do not have the digest they were added with; remove it with `dog-gif-app gifs \
         remove {0}`, and add it again"
    )]
    DamagedDatabase(String),
    /// There is something to lose in the database.
    #[error(
        "the database holds {gifs} GIFs other than the bundled ones and a count of {visits}; --force replaces its GIFs \
         (a count never goes back)"
    )]
    Occupied {
        /// GIFs that are not bundled ones as they came.
        gifs: usize,
        /// Visits counted.
        visits: i64,
    },
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The store refused something.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<BackupError> for Error {
    /// The way out of work that runs inside the store.
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Store(error) => error,
            other => Self::GivenUp(Box::new(other)),
        }
    }
}
