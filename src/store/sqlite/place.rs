//! Where a database is: its path, the names of the files beside it, and what is said when something there is wrong.

use std::io;
use std::path::{Path, PathBuf};

use crate::store::Error;

/// SQLite's own files beside a database, and a journal that an interrupted migration may leave.
pub(super) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The file beside `path` whose name goes on with `ending`.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The database at `path` is not one to go on with; `problem` goes on with the sentence.
pub(super) fn wrong(path: &Path, problem: String) -> Error {
    Error::DatabaseFile { path: path.into(), problem }
}

/// The operating system does not let the file or directory at `path` be used.
pub(super) fn unusable(path: &Path, cause: io::Error) -> Error {
    Error::DataDir { path: path.into(), cause }
}
