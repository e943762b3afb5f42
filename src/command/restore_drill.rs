//! `restore-drill`: proves that the newest backup can be restored, without touching the database.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::backup_directory::newest;
use super::regular_file::open_regular;
use super::restore::bring_tables_up_to_date;
use super::whole_file::WholeFile;
use crate::config::{Config, Database};
use crate::gallery::backup::{Facts, restore, verify_restored};
use crate::store::Store;

/// Lies among the backups.
const RECORD_FILE: &str = "last-drill.json";

/// What the last drill that went well has found.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// When, RFC 3339 in UTC.
    at: String,
    /// Which backup, in the same directory.
    file: String,
    /// The count in it.
    visits: i64,
    /// How many GIFs it holds.
    gifs: i64,
}

pub fn run(config: &Config, directory: &Path) -> anyhow::Result<()> {
    let last = Record::read(directory)?;
    let backup = newest(directory)?;
    let facts = rehearse(&backup, &config.temporary_dir)
        .with_context(|| format!("the restore drill with {} failed", backup.display()))?;
    if let Some(last) = &last {
        ensure!(
            facts.visits >= last.visits,
            "the restore drill with {} failed: its count is {}, less than the {} that the last drill found in {} at {}, \
             and a count never goes back; once you know why, remove {}",
            backup.display(),
            facts.visits,
            last.visits,
            last.file,
            last.at,
            directory.join(RECORD_FILE).display(),
        );
    }
    let file = backup.file_name().unwrap_or_default().to_string_lossy().into_owned();
    #[expect(clippy::disallowed_methods, reason = "a date for people")]
    let at = OffsetDateTime::now_utc().replace_nanosecond(0)?.format(&Rfc3339)?;
    Record { at, file, visits: facts.visits, gifs: facts.gifs }.write(directory)?;
    let before = last.map_or_else(
        || "this is the first drill here".into(),
        |last| format!("{} at the last drill, {}", last.visits, last.at),
    );
    println!(
        "{}, made {}: restored, {} GIFs, every digest right; the count is {} ({before})",
        backup.display(),
        facts.made_at,
        facts.gifs,
        facts.visits,
    );
    Ok(())
}

/// Restores `backup` into a database of its own, and reads everything back.
fn rehearse(backup: &Path, temporary_dir: &Path) -> anyhow::Result<Facts> {
    let scratch = Scratch::make(temporary_dir)?;
    let store = Store::open(&Database::Sqlite { path: scratch.0.join("drill.db") });
    bring_tables_up_to_date(&store)?;
    let restored = restore(&store, open_regular(backup)?, false)?;
    let facts = restored.facts;
    let found = verify_restored(&store)?;
    ensure!(
        (found.gifs, found.visits) == (facts.gifs, facts.visits),
        "it holds {} GIFs and a count of {}, but {} and {} were restored",
        facts.gifs,
        facts.visits,
        found.gifs,
        found.visits,
    );
    Ok(facts)
}

/// A directory that is removed with all that is in it.
struct Scratch(PathBuf);

impl Scratch {
    fn make(temporary_dir: &Path) -> anyhow::Result<Self> {
        let path = temporary_dir.join(format!("dog-gif-app-drill-{:016x}", rand::random::<u64>()));
        fs::create_dir(&path).with_context(|| format!("cannot use TMPDIR {}", temporary_dir.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Record {
    /// The record in `directory`, if there was a drill before.
    fn read(directory: &Path) -> anyhow::Result<Option<Self>> {
        let path = directory.join(RECORD_FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let record = serde_json::from_slice(&text);
        let Ok(record) = record else {
            bail!("{} is not the record of a drill; remove it to begin anew", path.display());
        };
        Ok(Some(record))
    }

    fn write(&self, directory: &Path) -> anyhow::Result<()> {
        let path = directory.join(RECORD_FILE);
        let file = WholeFile::begin(&path, true)?;
        let text = serde_json::to_string_pretty(self)? + "\n";
        file.contents().write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
        file.finish()
    }
}
