//! Values that must never be printed, and where they come from.

use std::fmt;
use std::path::PathBuf;

use super::unreadable_file::UnreadableFile;

/// A text whose `Debug` hides it. There is no `Display`, so that it cannot slip into a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text` from now on.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; every caller of this is a place to review.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[hidden]")
    }
}

/// Where a password comes from.
#[derive(Debug, Clone)]
pub enum Password {
    /// Given as it is.
    Value(Secret),
    /// In a file, which may be replaced while the program runs.
    File(PathBuf),
}

impl Password {
    /// The password as it is now; one newline at the end of a file does not belong to it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn current(&self) -> Result<Secret, UnreadableFile> {
        match self {
            Self::Value(secret) => Ok(secret.clone()),
            Self::File(path) => std::fs::read_to_string(path)
                .map(|text| Secret::new(text.strip_suffix('\n').unwrap_or(&text).trim_end_matches('\r')))
                .map_err(|cause| UnreadableFile::new("MYSQL_PASSWORD_FILE", path, cause)),
        }
    }
}
