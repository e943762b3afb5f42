//! A repository whose commits are so many days old, with an origin, and `make cleanup` in a clone of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::commands::{clean, failure, make_origin, succeed};
use crate::registry::{REPOSITORY, ago};

pub struct Git {
    directory: TempDir,
}

impl Git {
    pub fn new() -> Self {
        let git = Self { directory: tempfile::tempdir().expect("a directory") };
        make_origin(git.directory.path());
        succeed(command("git", git.directory.path()).args(["clone", "--quiet", "origin", "clone"]));
        git.git(&["switch", "--quiet", "--orphan", "main"]);
        git.commit("README.md", "Nothing runs yet.\n", 200);
        git
    }

    pub fn root(&self) -> PathBuf {
        self.directory.path().join("clone")
    }

    pub fn origin(&self) -> PathBuf {
        self.directory.path().join("origin")
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        succeed(command("git", &self.root()).args(arguments))
    }

    /// Writes a file, commits it as of so many days ago, and pushes; returns the commit.
    pub fn commit(&self, path: &str, text: &str, days: i64) -> String {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
        fs::write(file, text).expect("a file");
        self.git(&["add", "--all"]);
        let date = ago(days);
        succeed(
            command("git", &self.root())
                .args(["commit", "--quiet", "--message", path])
                .env("GIT_AUTHOR_DATE", &date)
                .env("GIT_COMMITTER_DATE", &date),
        );
        self.git(&["push", "--quiet", "origin", "HEAD"]);
        self.git(&["rev-parse", "HEAD"]).trim_end().to_owned()
    }

    /// An environment ran this since so many days ago.
    pub fn run(&self, environment: &str, tag: &str, digest: &str, days: i64) {
        let text = format!("image:\n  tag: \"{tag}\"\n  digest: {digest}\n");
        self.commit(&format!("k8s/overlays/{environment}/version.yaml"), &text, days);
    }

    pub fn cleanup(&self, host: &str, arguments: &[&str]) -> Command {
        self.cleanup_of("--images", &format!("{host}/{REPOSITORY}"), arguments)
    }

    pub fn cleanup_of(&self, what: &str, place: &str, arguments: &[&str]) -> Command {
        let mut command = command(env!("CARGO_BIN_EXE_cluster"), &self.root());
        command.args(["cleanup", what, place]).args(arguments);
        command
    }
}

/// What it printed, and the sentence with which it refused.
pub fn refusal(command: &mut Command) -> (String, String) {
    let (printed, complaint) = failure(command);
    let [sentence] = complaint.lines().collect::<Vec<_>>()[..] else { panic!("{command:?} says {complaint}") };
    (printed, sentence.strip_prefix("error: ").expect("an error").to_owned())
}

/// A clean command of somebody who is logged in nowhere.
pub fn command(program: &str, directory: &Path) -> Command {
    let mut command = clean(program, directory);
    command.env("DOCKER_CONFIG", directory);
    command
}
