//! `restore`: a backup, into the database.

use std::fs::File;
use std::io::{self, IsTerminal, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::backup_directory::newest;
use super::regular_file::open_regular;
use crate::config::Config;
use crate::gallery::backup::{Restored, restore, verify};
use crate::store::{Error, Purpose, Store, ensure_current};

#[derive(Args)]
pub struct Restore {
    /// A file that `backup` has written, or `-` for standard input
    file: PathBuf,
    /// Replace GIFs that are in the database; a count is never set back
    #[arg(long)]
    force: bool,
}

pub fn run(config: &Config, Restore { file: path, force }: &Restore) -> anyhow::Result<()> {
    let mut file = open(path, &config.temporary_dir)?;
    // First of all: a bad file does not even make a database.
    verify(&mut file).with_context(|| format!("cannot restore {}", path.display()))?;
    file.rewind()?;
    let store = Store::open(&config.database);
    bring_tables_up_to_date(&store)?;
    let restored = restore(&store, &mut file, *force).with_context(|| format!("cannot restore {}", path.display()))?;
    let Restored { facts, visits } = restored;
    println!("{} GIFs restored, as of {}; the count is {visits}", facts.gifs, facts.made_at);
    if visits > facts.visits {
        println!("The backup's count is {}: more were counted already, and a count never goes back.", facts.visits);
    }
    println!("Servers that run notice within 10 s.");
    Ok(())
}

/// No bundled dogs, other than by `migrate`: they would only be replaced.
pub fn bring_tables_up_to_date(store: &Store) -> anyhow::Result<()> {
    match store.on_this_thread(ensure_current) {
        // The account of a server may not create tables; then this error is the one that says what to do.
        Err(stale @ Error::Schema(_)) => store.migrate(Purpose::Restoring).map(drop).context(stale),
        Err(Error::NoDatabase(_)) => Ok(store.migrate(Purpose::Restoring).map(drop)?),
        other => Ok(other?),
    }
}

fn open(path: &Path, temporary_dir: &Path) -> anyhow::Result<File> {
    if path == Path::new("-") {
        return keep_standard_input(temporary_dir);
    }
    if path.is_dir() {
        bail!("{} is a directory; its newest backup is {}", path.display(), newest(path)?.display());
    }
    open_regular(path).with_context(|| format!("cannot read {}", path.display()))
}

/// It is read twice, and the first time to its end before anything is changed.
fn keep_standard_input(temporary_dir: &Path) -> anyhow::Result<File> {
    if io::stdin().is_terminal() {
        bail!("standard input is a terminal; send a backup into it: dog-gif-app restore - < dogs.tar");
    }
    let path = temporary_dir.join(format!("dog-gif-app-{:016x}", rand::random::<u64>()));
    let cannot = || format!("cannot keep standard input in TMPDIR {}", temporary_dir.display());
    let mut file = File::options().read(true).write(true).create_new(true).open(&path).with_context(cannot)?;
    // Without a name it is gone when this process is.
    std::fs::remove_file(&path).with_context(cannot)?;
    io::copy(&mut io::stdin().lock(), &mut file).with_context(cannot)?;
    file.rewind()?;
    Ok(file)
}
