//! A file that a setting names, and that cannot be read.

use std::io;
use std::path::{Path, PathBuf};

/// A file that a setting names cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {variable} {path}")]
pub struct UnreadableFile {
    variable: &'static str,
    path: PathBuf,
    #[source]
    cause: io::Error,
}

impl UnreadableFile {
    pub(super) fn new(variable: &'static str, path: &Path, cause: io::Error) -> Self {
        Self { variable, path: path.into(), cause }
    }
}
