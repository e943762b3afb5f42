//! The Git checkout that a command runs in: what changed, what a file once said, what a commit holds.

use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A checkout, by its top directory.
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The one around the current directory.
    pub fn here() -> Result<Self> {
        let root = output(Command::new("git").args(["rev-parse", "--show-toplevel"]))
            .context("this needs a Git checkout of the app around the current directory")?;
        Ok(Self { root: PathBuf::from(root.trim_end_matches('\n')) })
    }

    /// The one with this top directory.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Files below `path` that differ from HEAD, new ones included.
    pub fn changed(&self, path: &str) -> Result<Vec<String>> {
        let status =
            self.output(&["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", path])?;
        // Two letters, a space, the path.
        Ok(status.split_terminator('\0').filter_map(|entry| entry.get(3..)).map(str::to_owned).collect())
    }

    /// Every file that Git knows.
    pub fn files(&self) -> Result<Vec<String>> {
        Ok(self.output(&["ls-files", "-z"])?.split_terminator('\0').map(str::to_owned).collect())
    }

    /// The commit that a revision means.
    pub fn commit(&self, revision: &str) -> Result<String> {
        let commit = format!("{revision}^{{commit}}");
        match self.output(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]) {
            Ok(id) => Ok(id.trim_end().to_owned()),
            Err(_) => bail!("there is no commit `{revision}` here: run `git fetch`, or give another with BASE=…"),
        }
    }

    /// Writes what a commit holds below `path` into a directory; nothing if it holds nothing there.
    ///
    /// # Design
    /// Through an index of its own: `git worktree add` would leave a trace in the repository when it is interrupted.
    pub fn export(&self, commit: &str, path: &str, directory: &Path) -> Result<()> {
        let tree = format!("{commit}:{path}");
        if self.output(&["cat-file", "-e", &tree]).is_err() {
            return Ok(());
        }
        let index = tempfile::tempdir()?;
        let git = |arguments: &[&str]| {
            output(self.git().env("GIT_INDEX_FILE", index.path().join("index")).args(arguments)).map(drop)
        };
        git(&["read-tree", &format!("--prefix={path}/"), &tree])?;
        git(&["checkout-index", "--all", &format!("--prefix={}/", directory.display())])
    }

    /// What a file said over time on this branch, the oldest first.
    ///
    /// # Design
    /// First parents only: what a merged branch tried meanwhile never ran anywhere.
    pub fn history(&self, path: &str) -> Result<Vec<String>> {
        if self.output(&["rev-parse", "--is-shallow-repository"])?.trim_end() == "true" {
            bail!(
                "this is a shallow clone, without the history that tells which version is newer: run `git fetch --unshallow`"
            );
        }
        let commits = self.output(&["log", "--first-parent", "--reverse", "--format=%H", "--", path])?;
        // A commit that deleted the file has no text to show.
        Ok(commits.lines().flat_map(|commit| self.output(&["cat-file", "blob", &format!("{commit}:{path}")])).collect())
    }

    /// Every file that a commit has below these paths: the id of its content, and its path.
    pub fn blobs(&self, commit: &str, paths: &[&str]) -> Result<Vec<(String, String)>> {
        let list = self.output(&[&["ls-tree", "-r", "-z", commit, "--"], paths].concat())?;
        // `<mode> <type> <id>`, a tab, the path.
        let blob = |line: &str| {
            let (about, path) = line.split_once('\t')?;
            let (kind, id) = about.rsplit_once(' ')?;
            kind.ends_with("blob").then(|| (id.to_owned(), path.to_owned()))
        };
        Ok(list.split_terminator('\0').filter_map(blob).collect())
    }

    /// What stands in files, by the ids of their contents.
    pub fn texts(&self, ids: &[&str]) -> Result<Vec<String>> {
        // Written before Git starts: it would stop reading while nobody takes what it prints.
        let mut input = tempfile::tempfile()?;
        input.write_all(ids.join("\n").as_bytes())?;
        input.rewind()?;
        let output = self.git().args(["cat-file", "--batch"]).stdin(input).output().context("cannot run git")?;
        let mut rest = output.stdout.as_slice();
        let mut texts = Vec::new();
        for id in ids {
            // `<id> blob <bytes>`, the content, a newline.
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (header, content) = rest.split_at(end);
            let size = String::from_utf8_lossy(header).rsplit_once(" blob ").and_then(|(_, bytes)| bytes.parse().ok());
            let Some(content) = size.and_then(|size: usize| content.get(1..=size)) else {
                bail!("Git cannot read {id}, so that this clone is not whole: look at `git fsck`");
            };
            texts.push(String::from_utf8_lossy(content).into_owned());
            rest = rest.get(end + 1 + content.len() + 1..).unwrap_or_default();
        }
        Ok(texts)
    }

    /// When a commit was made, in seconds since 1970; none if it is not of this repository.
    pub fn committed_at(&self, commit: &str) -> Option<i64> {
        let id = self.commit(commit).ok()?;
        self.output(&["show", "--no-patch", "--format=%ct", &id]).ok()?.trim_end().parse().ok()
    }

    fn git(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.root);
        command
    }

    /// What Git prints.
    pub fn output(&self, arguments: &[&str]) -> Result<String> {
        output(self.git().args(arguments))
    }
}

/// What a program printed, or what it complained about.
fn output(command: &mut Command) -> Result<String> {
    let output = command.output().context("cannot run git: install it")?;
    if !output.status.success() {
        bail!("git says: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    String::from_utf8(output.stdout).context("git printed something that is no UTF-8")
}
