//! The repository that Argo CD syncs: the checkout's tree as it lies there, committed or not, and then the story's own
//! commits.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

use crate::images::Version;

/// What Argo CD reads; the program's sources are none of its business.
const ROOMS: [&str; 2] = ["k8s", "argocd"];

const AUTHOR: [&str; 4] = ["-c", "user.name=gitops", "-c", "user.email=gitops@dog-gif-app.example"];

pub struct Repository {
    root: PathBuf,
    /// Several chapters may commit at the same time, and an index has room for one.
    one_at_a_time: Mutex<()>,
}

/// One that was made, and where HEAD was before.
#[derive(Clone, Debug)]
pub struct Commit {
    pub id: String,
    pub before: String,
}

impl Repository {
    pub fn snapshot(checkout: &Path, root: &Path) -> Result<Self> {
        let list = git(checkout, &[&["ls-files", "-co", "--exclude-standard", "-z", "--"], &ROOMS[..]].concat())?;
        for file in list.split_terminator('\0') {
            // Deleted, and not committed yet.
            if !checkout.join(file).exists() {
                continue;
            }
            let to = root.join(file);
            std::fs::create_dir_all(to.parent().context("a file has a directory")?)?;
            std::fs::copy(checkout.join(file), &to).with_context(|| format!("cannot copy {file}"))?;
        }
        git(root, &["init", "--quiet", "--initial-branch=main"])?;
        git(root, &["add", "--all"])?;
        git(root, &[&AUTHOR[..], &["commit", "--quiet", "--message", "The tree of the checkout"]].concat())?;
        Ok(Self { root: root.to_owned(), one_at_a_time: Mutex::new(()) })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `make bump`, and a commit. Forced, as each environment has a story of its own here; promotion has its own tests.
    pub fn bump(&self, environment: &str, version: &Version) -> Result<Commit> {
        let Version { tag, digest } = version;
        self.commit(&format!("{environment}: Run {tag}"), || {
            run(Command::new(env!("CARGO_BIN_EXE_cluster")).current_dir(&self.root).args([
                "bump",
                "--force",
                "--environment",
                environment,
                "--tag",
                tag,
                "--digest",
                digest,
            ]))
            .map(drop)
        })
    }

    /// Replaces a passage that occurs once in a file, and commits it.
    pub fn edit(&self, message: &str, file: &str, passage: &str, by: &str) -> Result<Commit> {
        self.commit(message, || {
            let path = self.root.join(file);
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            ensure!(text.matches(passage).count() == 1, "{file} does not say `{passage}` just once");
            Ok(std::fs::write(&path, text.replace(passage, by))?)
        })
    }

    /// `git revert`.
    pub fn revert(&self, commit: &Commit) -> Result<Commit> {
        let _one = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.head()?;
        git(&self.root, &[&AUTHOR[..], &["revert", "--no-edit", &commit.id]].concat())?;
        Ok(Commit { id: self.head()?, before })
    }

    fn commit(&self, message: &str, change: impl FnOnce() -> Result<()>) -> Result<Commit> {
        let _one = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.head()?;
        change()?;
        git(&self.root, &["add", "--all"])?;
        git(&self.root, &[&AUTHOR[..], &["commit", "--quiet", "--message", message]].concat())?;
        Ok(Commit { id: self.head()?, before })
    }

    fn head(&self) -> Result<String> {
        cluster::git::head(&self.root)
    }
}

fn git(directory: &Path, arguments: &[&str]) -> Result<String> {
    run(Command::new("git").args(["-c", "safe.directory=*"]).arg("-C").arg(directory).args(arguments))
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {}", said.trim());
    Ok(String::from_utf8(output.stdout)?)
}
