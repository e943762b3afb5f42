//! A repository whose commits are so many days old, with an origin, and `make cleanup` in a clone of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::registry::{REPOSITORY, ago};

pub struct Git {
    directory: TempDir,
}

impl Git {
    pub fn new() -> Self {
        let git = Self { directory: tempfile::tempdir().expect("a directory") };
        succeed(command("git", git.directory.path()).args([
            "init",
            "--quiet",
            "--bare",
            "--initial-branch",
            "main",
            "origin",
        ]));
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

pub fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("a program to run");
    assert!(status.success(), "{command:?}: {}{}", text(&stdout), text(&stderr));
    text(&stdout)
}

/// What it printed, and the sentence with which it refused.
pub fn refusal(command: &mut Command) -> (String, String) {
    let Output { status, stdout, stderr } = command.output().expect("a program to run");
    let complaint = text(&stderr);
    assert!(!status.success(), "{command:?} succeeded: {}", text(&stdout));
    let [sentence] = complaint.lines().collect::<Vec<_>>()[..] else { panic!("{command:?} says {complaint}") };
    (text(&stdout), sentence.strip_prefix("error: ").expect("an error").to_owned())
}

/// A command without the settings of whoever runs the tests.
pub fn command(program: &str, directory: &Path) -> Command {
    let mut command = Command::new(program);
    let of_cleanup = ["IMAGES", "CHARTS", "KIND", "DAYS", "NEWEST", "YOUNGER", "BRANCHES", "YES", "GITHUB_TOKEN"];
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if of_cleanup.contains(&&*name) || name.starts_with("GIT_") || name.starts_with("DOCKER") {
            command.env_remove(&*name);
        }
    }
    command.current_dir(directory).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    // Whoever runs the tests may be logged in.
    command.env("DOCKER_CONFIG", directory);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}
