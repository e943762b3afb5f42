//! Makes a new database, which appears whole, and never beside what is left of another.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use diesel::SqliteConnection;

use super::opening::create;
use super::place::{COMPANIONS, beside, unusable, wrong};
use crate::store::Error;

/// How a database in the making ends; what an interrupted process has left of one is removed by the next.
const NEW: &str = "-new";

/// What a new file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To begin with nothing: anything that is left of an earlier database is a reason not to.
    Beginning,
    /// To take a backup in: it does not matter what is left of the texts and pictures of an earlier one.
    Restoring,
}

/// Makes the database at `path` if there is none, with the tables that `fill` makes; `None` if there is one.
///
/// # Errors
/// The directory cannot be used, or something in it is left of an earlier database.
pub(super) fn make<T>(
    path: &Path,
    purpose: Purpose,
    fill: impl FnOnce(&mut SqliteConnection) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let failed = |cause| unusable(directory, cause);
    fs::create_dir_all(directory).map_err(failed)?;
    let lock = File::open(directory).map_err(failed)?;
    match lock.lock() {
        // Some file systems have no locks; there, two first starts at once are the operator's to avoid.
        Err(error) if error.kind() != ErrorKind::Unsupported => return Err(failed(error)),
        _ => {}
    }
    // A link that leads nowhere, to a volume that is not mounted, is no reason to make one in its place.
    if path.symlink_metadata().is_ok() {
        return Ok(None);
    }
    if let Some(leftover) = leftover(path, purpose).map_err(failed)? {
        let problem = format!(
            "is not there, but {} is left of one: put the database back; or restore a backup; or, to begin anew, move \
             that away",
            directory.join(leftover).display(),
        );
        return Err(wrong(path, problem));
    }
    let new = beside(path, NEW);
    for name in COMPANIONS.iter().map(|ending| beside(&new, ending)).chain([new.clone()]) {
        match fs::remove_file(name) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    let filled = fill(&mut create(&new)?)?;
    // Closed and so, being the only connection, checkpointed.
    for ending in COMPANIONS {
        if beside(&new, ending).exists() {
            return Err(wrong(&new, format!("cannot be closed: {ending} stays")));
        }
    }
    fs::rename(&new, path).and_then(|()| lock.sync_all()).map_err(failed)?;
    Ok(Some(filled))
}

/// The first name in the directory of `path` that is left of an earlier database.
fn leftover(path: &Path, purpose: Purpose) -> io::Result<Option<OsString>> {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let mut names = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let entry = entry?.file_name();
        let is_left = match entry.as_bytes().strip_prefix(name) {
            Some(ending) if ending.starts_with(NEW.as_bytes()) => false,
            Some(ending) => {
                purpose == Purpose::Beginning || COMPANIONS.iter().any(|companion| companion.as_bytes() == ending)
            }
            // As `backup` names its files.
            None => {
                purpose == Purpose::Beginning
                    && entry.as_bytes().starts_with(b"dog-gif-app-")
                    && entry.as_bytes().ends_with(b".tar")
            }
        };
        if is_left {
            names.push(entry);
        }
    }
    Ok(names.into_iter().min())
}
