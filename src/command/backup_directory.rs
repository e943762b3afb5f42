//! A directory of backups that are named by their time: which is the newest, and which are old.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// How our files' names begin and end; other files are left alone.
pub const PREFIX: &str = "dog-gif-app-";
const ENDING: &str = ".tar";

/// Sorts by name as by time, and has no colon, which some file systems refuse.
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]-[minute]-[second].[subsecond digits:3]Z");

/// The name of a backup made `now`, such as `dog-gif-app-2026-11-24T20-30-00.000Z.tar`.
pub fn file_name(now: OffsetDateTime) -> anyhow::Result<String> {
    Ok(format!("{PREFIX}{}{ENDING}", now.format(TIME).context("the clock is wrong")?))
}

/// The newest backup in `directory`.
pub fn newest(directory: &Path) -> anyhow::Result<PathBuf> {
    let Some(newest) = oldest_first(directory)?.pop() else {
        bail!("{} holds no backup; `dog-gif-app backup {0}` makes one", directory.display());
    };
    Ok(newest)
}

/// Removes all but the newest `keep` backups in `directory`, and never `latest`, whatever the clock says.
pub fn prune(directory: &Path, keep: usize, latest: &Path) -> anyhow::Result<usize> {
    let files = oldest_first(directory)?;
    let old = files.iter().take(files.len().saturating_sub(keep)).filter(|file| *file != latest);
    let mut removed = 0;
    for file in old {
        fs::remove_file(file).with_context(|| format!("cannot remove the old backup {}", file.display()))?;
        removed += 1;
    }
    Ok(removed)
}

fn oldest_first(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_ours(path)).collect();
    files.sort();
    Ok(files)
}

fn is_ours(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
        // The same number of digits everywhere, so that the order of names is the order of times.
        let digits = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(ENDING));
        digits.is_some_and(|time| {
            time.len() == "2026-11-24T20-30-00.000Z".len()
                && time.bytes().all(|b| b.is_ascii_digit() || b"-T.Z".contains(&b))
        })
    })
}
