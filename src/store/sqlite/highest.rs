//! The highest number that was acknowledged, noted beside the database.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::place::{beside, unusable, wrong};
use crate::store::Error;

/// How its file ends.
const HIGHEST: &str = "-highest";

/// The note beside one database.
pub(super) struct Highest {
    database: PathBuf,
    /// Opened when the first batch is committed.
    file: OnceLock<File>,
}

impl Highest {
    pub(super) fn new(database: &Path) -> Self {
        Self { database: database.into(), file: OnceLock::new() }
    }

    /// Notes that visits up to `total` were committed.
    ///
    /// # Errors
    /// There can be no such file.
    pub(super) fn note(&self, total: i64) -> Result<(), Error> {
        let file = match self.file.get() {
            Some(file) => file,
            None => {
                let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.path());
                let file = file.map_err(|cause| unusable(&self.database, cause))?;
                self.file.get_or_init(|| file)
            }
        };
        // As wide as any, so that each overwrites the last one whole. A full disk has room for it once it was written.
        let _ = file.write_all_at(format!("{total:019}\n").as_bytes(), 0);
        Ok(())
    }

    /// What is noted, if anything is.
    pub(super) fn get(&self) -> Option<i64> {
        fs::read_to_string(self.path()).ok()?.trim().parse().ok()
    }

    /// Forgets it.
    ///
    /// # Errors
    /// The file system refuses.
    pub(super) fn forget(&self) -> Result<(), Error> {
        match fs::remove_file(self.path()) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(unusable(&self.database, cause)),
            _ => Ok(()),
        }
    }

    /// Checks that the database, which counts `total`, has all that was acknowledged.
    ///
    /// # Errors
    /// It has lost some of it.
    pub(super) fn ensure_reached(&self, total: impl FnOnce() -> Result<i64, Error>) -> Result<(), Error> {
        // Before the total: a server may be counting.
        let Some(highest) = self.get() else { return Ok(()) };
        let total = total()?;
        if total >= highest {
            return Ok(());
        }
        let problem = format!(
            "counts {total} visits, but {highest} were acknowledged: it has lost some, perhaps with its -wal. Put that \
             back; or restore a backup (the count then goes on from {highest}); or, to go on from {total}, remove {}",
            self.path().display(),
        );
        Err(wrong(&self.database, problem))
    }

    fn path(&self) -> PathBuf {
        beside(&self.database, HIGHEST)
    }
}
