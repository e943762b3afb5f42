//! One layer: a tar whose bytes depend on its files alone, not on the day, the machine or the order of a directory.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use tar::{Builder, EntryType, Header};

use super::archive::Digest;

/// User and group of a file; the same number in our images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(pub u32);

impl Owner {
    pub const ROOT: Self = Self(0);
}

/// A finished layer, in memory: the largest, MySQL's, has 190 MB.
#[derive(Clone, Debug)]
pub struct Layer {
    pub(super) bytes: Arc<[u8]>,
    pub(super) digest: Digest,
    pub(super) media_type: String,
    /// Of the uncompressed tar.
    pub(super) difference: Digest,
}

impl Layer {
    /// Not compressed: it never leaves the machine, and compressing MySQL's takes longer than starting it.
    pub(super) fn uncompressed(bytes: Vec<u8>) -> Self {
        let digest = Digest::of(&bytes);
        Self {
            bytes: bytes.into(),
            difference: digest.clone(),
            digest,
            media_type: "application/vnd.oci.image.layer.v1.tar".into(),
        }
    }
}

/// Collects files; directories above a file are made as they are needed.
pub struct LayerBuilder {
    tar: Builder<Vec<u8>>,
    present: BTreeSet<PathBuf>,
}

impl Default for LayerBuilder {
    fn default() -> Self {
        Self { tar: Builder::new(Vec::new()), present: BTreeSet::new() }
    }
}

impl LayerBuilder {
    /// A directory, at an absolute path.
    pub fn directory(&mut self, path: impl AsRef<Path>, mode: u32, owner: Owner) -> Result<()> {
        self.entry(path.as_ref(), EntryType::Directory, mode, owner, &[])
    }

    pub fn file(&mut self, path: impl AsRef<Path>, mode: u32, content: &[u8]) -> Result<()> {
        self.entry(path.as_ref(), EntryType::Regular, mode, Owner::ROOT, content)
    }

    /// A file of this machine, links followed; executable for all if it is for its owner.
    pub fn copy(&mut self, from: &Path, to: impl AsRef<Path>) -> Result<()> {
        let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        let executable = fs::metadata(from)?.permissions().mode() & 0o100 != 0;
        self.file(to, if executable { 0o755 } else { 0o644 }, &content)
    }

    pub fn link(&mut self, path: impl AsRef<Path>, target: impl AsRef<Path>) -> Result<()> {
        let path = self.place(path.as_ref())?;
        let mut header = header(EntryType::Symlink, 0o777, Owner::ROOT, 0);
        self.tar.append_link(&mut header, relative(&path)?, target)?;
        Ok(())
    }

    /// A directory of this machine and all below it; links stay links.
    pub fn tree(&mut self, from: &Path, to: &Path) -> Result<()> {
        self.tree_except(from, to, &|_| false)
    }

    /// As `tree`, without what `leave_out` says of a path of this machine.
    pub fn tree_except(&mut self, from: &Path, to: &Path, leave_out: &dyn Fn(&Path) -> bool) -> Result<()> {
        let mut entries = fs::read_dir(from)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("cannot read the directory {}", from.display()))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        if !self.present.contains(to) {
            self.directory(to, 0o755, Owner::ROOT)?;
        }
        for entry in entries {
            let (source, target) = (entry.path(), to.join(entry.file_name()));
            let kind = entry.file_type()?;
            if leave_out(&source) {
                continue;
            } else if kind.is_dir() {
                self.tree_except(&source, &target, leave_out)?;
            } else if kind.is_symlink() {
                self.link(&target, fs::read_link(&source)?)?;
            } else {
                self.copy(&source, &target)?;
            }
        }
        Ok(())
    }

    pub fn finish(self) -> Result<Layer> {
        Ok(Layer::uncompressed(self.tar.into_inner()?))
    }

    fn entry(&mut self, path: &Path, kind: EntryType, mode: u32, owner: Owner, content: &[u8]) -> Result<()> {
        let path = self.place(path)?;
        let mut header = header(kind, mode, owner, content.len() as u64);
        self.tar.append_data(&mut header, relative(&path)?, Cursor::new(content))?;
        Ok(())
    }

    /// Makes the directories above `path`, and holds that nothing is there yet.
    fn place(&mut self, path: &Path) -> Result<PathBuf> {
        ensure!(path.is_absolute(), "a path in an image is absolute; {} is not", path.display());
        if let Some(parent) = path.parent()
            && parent != Path::new("/")
            && !self.present.contains(parent)
        {
            self.directory(parent, 0o755, Owner::ROOT)?;
        }
        ensure!(self.present.insert(path.into()), "{} is twice in one layer", path.display());
        Ok(path.into())
    }
}

fn relative(path: &Path) -> Result<&Path> {
    Ok(path.strip_prefix("/")?)
}

fn header(kind: EntryType, mode: u32, owner: Owner, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(owner.0.into());
    header.set_gid(owner.0.into());
    header.set_size(size);
    // The beginning of time, in every image.
    header.set_mtime(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_twice_is_refused() {
        let mut layer = LayerBuilder::default();
        layer.file("/bin/a", 0o755, b"1").unwrap();
        assert!(layer.file("/bin/a", 0o755, b"2").unwrap_err().to_string().contains("twice"));
        assert!(layer.file("bin/b", 0o755, b"2").is_err());
    }

    #[test]
    fn the_layer_is_the_same_wherever_the_files_come_from() {
        let digest = |name: &str, backwards: bool| {
            let from = std::env::temp_dir().join(format!("layer-{name}-{}", std::process::id()));
            fs::create_dir_all(&from).unwrap();
            let mut files = ["b", "a", "c"];
            if backwards {
                files.reverse();
            }
            for file in files {
                fs::write(from.join(file), file).unwrap();
            }
            let mut layer = LayerBuilder::default();
            layer.tree(&from, Path::new("/data")).unwrap();
            fs::remove_dir_all(&from).unwrap();
            layer.finish().unwrap().digest
        };
        assert_eq!(digest("one", false), digest("another", true));
    }
}
