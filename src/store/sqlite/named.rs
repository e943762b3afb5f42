//! What a name in a directory stands for, and whether it still does.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::store::Error;

/// A name in a directory, and the device and inode that it stands for.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: PathBuf,
    identity: (u64, u64),
}

impl Named {
    /// What `name` stands for now; nothing if there is no such file.
    pub(super) fn new(name: PathBuf) -> Option<Self> {
        Some(Self { identity: identity_of(&name)?, name })
    }

    /// Whether the name stands for the same file as before.
    pub(super) fn is_in_place(&self) -> bool {
        identity_of(&self.name) == Some(self.identity)
    }

    /// Whether both stand for the same file.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

/// The name stands for something else than what was opened.
pub(super) fn displaced(name: &Path) -> Error {
    Error::Unavailable(format!(
        "{} was deleted or replaced while it was open: put it back, or start anew with what is there",
        name.display()
    ))
}

fn identity_of(name: &Path) -> Option<(u64, u64)> {
    fs::metadata(name).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}
