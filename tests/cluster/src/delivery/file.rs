//! One file, written whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result};

/// Replaces the file in one step: a reader sees the old bytes or the new, also if the disk is full or the power goes.
///
/// # Design
/// Not tempfile's `persist`: it keeps the mode 0600 of its files, and others read this checkout, too (a Git daemon, say).
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let draft = Draft::beside(path);
    (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&draft.0)?;
        // A script stays one.
        if let Ok(present) = path.metadata() {
            file.set_permissions(present.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        // Before the rename: else a power cut can leave the new name with no bytes.
        file.sync_all()?;
        fs::rename(&draft.0, path)
    })()
    .with_context(|| format!("cannot write {}; it is unchanged", path.display()))
}

/// The new bytes before they have the name; removed with the value unless they got it.
struct Draft(PathBuf);

impl Draft {
    fn beside(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // In the same directory, as a rename does not cross file systems.
        Self(path.with_file_name(format!(".{name}.{}", process::id())))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_stays_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("version.yaml");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o755);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_replaced_stays_and_leaves_no_draft() {
        let directory = tempfile::tempdir().unwrap();
        // A directory of that name lets the draft be written and refuses the rename, also for root.
        let path = directory.path().join("version.yaml");
        fs::create_dir(&path).unwrap();
        let error = replace(&path, "new").unwrap_err();
        assert!(error.to_string().ends_with("it is unchanged"), "{error}");
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
