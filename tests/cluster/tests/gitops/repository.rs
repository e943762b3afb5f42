//! The repository that Argo CD syncs: the checkout's tree as it lies there, committed or not, and then the story's own
//! commits.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What Argo CD reads; the program's sources are none of its business.
const ROOMS: [&str; 2] = ["k8s", "argocd"];

pub struct Repository {
    root: PathBuf,
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
        let repository = Self { root: root.to_owned() };
        repository.commit("The tree of the checkout")?;
        Ok(repository)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn head(&self) -> Result<String> {
        cluster::git::head(&self.root)
    }

    /// Commits everything that was changed; the new HEAD.
    pub fn commit(&self, message: &str) -> Result<String> {
        git(&self.root, &["add", "--all"])?;
        let author = ["-c", "user.name=gitops", "-c", "user.email=gitops@dog-gif-app.example"];
        git(&self.root, &[&author[..], &["commit", "--quiet", "--message", message]].concat())?;
        self.head()
    }

    /// `make bump`, and a commit. Forced, as each environment has a story of its own here; promotion has its own tests.
    pub fn bump(&self, environment: &str, tag: &str, digest: &str) -> Result<String> {
        run(Command::new(env!("CARGO_BIN_EXE_cluster")).current_dir(&self.root).args([
            "bump",
            "--force",
            "--environment",
            environment,
            "--tag",
            tag,
            "--digest",
            digest,
        ]))?;
        self.commit(&format!("{environment}: Run {tag}"))
    }

    /// `git revert` of one commit; the new HEAD.
    pub fn revert(&self, commit: &str) -> Result<String> {
        let author = ["-c", "user.name=gitops", "-c", "user.email=gitops@dog-gif-app.example"];
        git(&self.root, &[&author[..], &["revert", "--no-edit", commit]].concat())?;
        self.head()
    }

    /// Replaces a passage that occurs once in a file; to be committed.
    pub fn edit(&self, file: &str, passage: &str, by: &str) -> Result<()> {
        let path = self.root.join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        ensure!(text.matches(passage).count() == 1, "{file} does not say `{passage}` just once");
        Ok(std::fs::write(&path, text.replace(passage, by))?)
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
