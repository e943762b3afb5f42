//! A file that is there whole or not at all: written under another name beside its own, then renamed.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};

/// How the temporary name ends.
const ENDING: &str = ".partial";

/// What was written this long ago and has no other name yet belongs to a process that was killed.
const ABANDONED: Duration = Duration::from_hours(24);

/// A file in the making; gone when it is dropped before it is finished.
pub struct WholeFile {
    path: PathBuf,
    partial: PathBuf,
    file: File,
    replace: bool,
}

impl WholeFile {
    /// Begins a file at `path`; one that is there already is only replaced when `replace` says so.
    pub fn begin(path: &Path, replace: bool) -> anyhow::Result<Self> {
        let name = path.file_name().with_context(|| format!("{} names no file", path.display()))?;
        ensure_free(path, replace)?;
        // In containers every process has the same number, so that a random one tells two of them apart.
        let partial = format!(".{}.{:016x}{ENDING}", name.to_string_lossy(), rand::random::<u64>());
        let partial = path.with_file_name(partial);
        let file = File::create_new(&partial).with_context(|| format!("cannot write to {}", parent(path).display()))?;
        Ok(Self { path: path.to_path_buf(), partial, file, replace })
    }

    /// Where the contents go.
    pub fn contents(&self) -> &File {
        &self.file
    }

    /// Makes the file durable, and gives it its name.
    pub fn finish(self) -> anyhow::Result<()> {
        // Between looking and renaming, another process may still win; linking, which would see that, is not known
        // to every file system that backups go to.
        ensure_free(&self.path, self.replace)?;
        self.file
            .sync_all()
            .and_then(|()| fs::rename(&self.partial, &self.path))
            .and_then(|()| sync_directory(parent(&self.path)))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // Not there any more once it was renamed.
        let _ = fs::remove_file(&self.partial);
    }
}

/// Removes what killed processes have left in `directory` of files whose names begin with `prefix`.
pub fn remove_abandoned(directory: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(directory)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_partial = name.starts_with(&format!(".{prefix}")) && name.ends_with(ENDING);
        #[expect(clippy::disallowed_methods, reason = "the files are this host's, as is their time")]
        let age = || SystemTime::now().duration_since(entry.metadata().ok()?.modified().ok()?).ok();
        if is_partial && age().is_some_and(|age| age > ABANDONED) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn ensure_free(path: &Path, replace: bool) -> anyhow::Result<()> {
    if !replace && path.symlink_metadata().is_ok() {
        bail!("{} is there already; --force replaces it", path.display());
    }
    Ok(())
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name is durable only once its directory is.
fn sync_directory(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        // File systems in user space, such as buckets, need not know this.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}
