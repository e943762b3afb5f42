//! `backup`: everything in the database, into one file.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use time::OffsetDateTime;

use super::backup_directory::{PREFIX, file_name, prune};
use super::open_store::open_to_look;
use super::whole_file::{WholeFile, remove_abandoned};
use crate::config::Config;
use crate::gallery::backup::{Facts, back_up};
use crate::store::Store;

#[derive(Args)]
pub struct Backup {
    /// A file, a directory (the file in it is named by the time), or `-` for standard output
    path: PathBuf,
    /// In a directory: once the new backup is there, remove all but the newest N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
    /// Replace a file that is there already
    #[arg(long)]
    force: bool,
}

pub fn run(config: &Config, backup: &Backup) -> anyhow::Result<()> {
    let Backup { path, keep, force } = backup;
    let is_directory = path.is_dir();
    if keep.is_some() && !is_directory {
        bail!("--keep needs a directory, and {} is none", path.display());
    }
    let store = open_to_look(config)?;
    #[expect(clippy::disallowed_methods, reason = "a date for people, passed on from here")]
    let now = OffsetDateTime::now_utc();
    if path == Path::new("-") {
        return to_standard_output(&store, now);
    }
    if !is_directory {
        return to_file(&store, path, *force, now);
    }
    remove_abandoned(path, PREFIX).with_context(|| format!("cannot clean up {}", path.display()))?;
    let file = path.join(file_name(now)?);
    to_file(&store, &file, *force, now)?;
    if let Some(keep) = keep {
        let removed = prune(path, usize::from(*keep), &file)?;
        println!("{removed} old backups removed from {}", path.display());
    }
    Ok(())
}

fn to_standard_output(store: &Store, now: OffsetDateTime) -> anyhow::Result<()> {
    let output = io::stdout();
    if output.is_terminal() {
        bail!("standard output is a terminal; send it into a file: dog-gif-app backup - > dogs.tar");
    }
    let facts = back_up(store, output.lock(), now).context("cannot back up to standard output")?;
    eprintln!("{}", written(&facts));
    Ok(())
}

fn to_file(store: &Store, path: &Path, force: bool, now: OffsetDateTime) -> anyhow::Result<()> {
    let file = WholeFile::begin(path, force)?;
    let facts =
        back_up(store, file.contents(), now).with_context(|| format!("cannot back up to {}", path.display()))?;
    file.finish()?;
    println!("{}: {}", path.display(), written(&facts));
    Ok(())
}

fn written(facts: &Facts) -> String {
    format!("{} GIFs and a count of {} written", facts.gifs, facts.visits)
}
