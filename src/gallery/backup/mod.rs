//! Backups: every GIF with its texts, and the count, in one file that says itself whether it is whole.
//!
//! # Design
//! The file is a tar archive of `backup.json`, then `gifs/SLUG.json`, `.gif` and `.png` for each GIF by ascending id,
//! and at the end `sha256`, the digest of all bytes before it. So it is written and read from front to back with one
//! GIF in memory: it can go through a pipe (`kubectl exec … backup -`, as the image has no tar for `kubectl cp`), and
//! onto object storage that knows no writing in the middle. Anyone can look into it without this program, and it is
//! the same for both backends. `gifs/SLUG.json` is a row as the store knows it, so a column that comes later needs a
//! default there to leave old backups readable.
//!
//! An SQLite file would have been the other way, and the store's code could have read it. But it is written all over
//! the place, it can be neither piped nor sealed with a digest from within, its tables would have to be migrated
//! before they are read, and SQLite would parse what nobody has verified.

mod archive;
mod error;
mod restore;
mod source;
mod take;

use serde::{Deserialize, Serialize};

pub use error::BackupError;
pub use restore::{Restored, restore, verify_restored};
pub use source::verify;
pub use take::back_up;

/// The only format so far. A program reads its own and all before it.
const FORMAT: u32 = 1;

/// The archive's first entry.
const FACTS_FILE: &str = "backup.json";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// 1, so far.
    pub format: u32,
    /// When, RFC 3339 in UTC.
    pub made_at: String,
    /// The version of the program that wrote it.
    pub program: String,
    /// `mysql` or `sqlite`.
    pub database: String,
    /// Visits ever counted.
    pub visits: i64,
    /// How many GIFs it holds.
    pub gifs: i64,
    /// How often the catalogue had changed.
    pub catalogue_version: i64,
    /// The highest id that a GIF ever had.
    pub highest_gif_id: i64,
}

/// The archive's entry for one of a GIF's files.
fn entry_name(slug: &str, extension: &str) -> String {
    format!("gifs/{slug}.{extension}")
}
