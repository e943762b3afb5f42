//! Where GIFs come from: files, directories with or without a manifest, standard input.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};

use crate::command::regular_file::open_regular;
use crate::gallery::{Entry, GifLimits, MANIFEST_FILE, Manifest};

/// A manifest of a million GIFs has less.
const MANIFEST_BYTES: u64 = 1 << 30;

/// A GIF in a directory.
pub struct Found {
    /// What it is called there.
    pub name: OsString,
    /// What the manifest tells of it.
    pub entry: Entry,
}

/// What the manifest of `directory` tells, and behind that the GIFs it does not name, by name.
///
/// # Errors
/// The directory cannot be read, or its manifest is none.
pub fn found_in(directory: &Path) -> anyhow::Result<Vec<Found>> {
    let entries = read_manifest(directory)?;
    let listed: HashSet<&OsStr> = entries.iter().map(|entry| entry.file.as_ref()).collect();
    let mut others: Vec<OsString> = fs::read_dir(directory)
        .context("cannot be read")?
        .filter_map(|file| Some(file.ok()?.file_name()))
        .filter(|name| name.as_bytes().to_ascii_lowercase().ends_with(b".gif"))
        .filter(|name| !listed.contains(name.as_os_str()))
        .collect();
    others.sort();
    let named = entries.into_iter().map(|entry| Found { name: entry.file.clone().into(), entry });
    Ok(named.chain(others.into_iter().map(|name| Found { name, entry: Entry::default() })).collect())
}

fn read_manifest(directory: &Path) -> anyhow::Result<Vec<Entry>> {
    let path = directory.join(MANIFEST_FILE);
    if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(Vec::new());
    }
    let cannot = || format!("cannot read {}", path.display());
    let file = open_regular(&inside(directory, MANIFEST_FILE.as_ref()).with_context(cannot)?).with_context(cannot)?;
    let text = read_limited(file, MANIFEST_BYTES).with_context(cannot)?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not a manifest as `gifs export` writes it", path.display()))?;
    Ok(manifest.gifs)
}

/// The bytes of a file, at most one more than a GIF may have.
///
/// # Errors
/// It is no regular file, or cannot be read.
pub fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_limited(open_regular(path).context("cannot be read")?, GifLimits::BYTES as u64)
}

/// The same for a file that whoever made `directory` has named. It has to be in there.
///
/// # Errors
/// It is not in there, also not by way of a link.
pub fn read_file_in(directory: &Path, name: &OsStr) -> anyhow::Result<Vec<u8>> {
    read_file(&inside(directory, name)?)
}

/// Where `name` is in `directory`, with links followed.
fn inside(directory: &Path, name: &OsStr) -> anyhow::Result<PathBuf> {
    let mut parts = Path::new(name).components();
    let (Some(Component::Normal(part)), None) = (parts.next(), parts.next()) else {
        bail!("is not the name of a file in the directory");
    };
    let real = fs::canonicalize(directory.join(part)).context("cannot be read")?;
    if !real.starts_with(fs::canonicalize(directory).context("cannot be read")?) {
        bail!("leads out of the directory");
    }
    Ok(real)
}

/// What is sent to standard input, likewise.
///
/// # Errors
/// It is a terminal, or cannot be read.
pub fn read_stdin() -> anyhow::Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        bail!("standard input is a terminal; pipe a GIF into it: dog-gif-app gifs add - < dog.gif");
    }
    read_limited(io::stdin(), GifLimits::BYTES as u64)
}

/// One byte past the limit is enough to see that it is too much.
fn read_limited(input: impl Read, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(limit + 1).read_to_end(&mut bytes).context("cannot be read")?;
    Ok(bytes)
}
