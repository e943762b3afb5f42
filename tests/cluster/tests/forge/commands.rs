//! How the tests call programs: without the settings of whoever runs them, and with what they said when it went wrong.

use std::path::Path;
use std::process::{Command, Output};

/// What make, the workflows and the delivery commands read from the environment.
const SETTINGS: [&str; 16] = [
    "ENVIRONMENT",
    "TAG",
    "DIGEST",
    "FORCE",
    "FROM",
    "TO",
    "HEALTHY",
    "BASE",
    "YES",
    "IMAGES",
    "CHARTS",
    "KIND",
    "DAYS",
    "NEWEST",
    "YOUNGER",
    "BRANCHES",
];

/// A command without the settings of whoever runs the tests, and of the job that may run them. A program with a `/` is one
/// of the directory's.
pub fn clean(program: &str, directory: &Path) -> Command {
    let program = if program.contains('/') { directory.join(program) } else { program.into() };
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if SETTINGS.contains(&&*name)
            || ["GIT_", "GITHUB_", "MAKE", "MFLAGS", "DOCKER"].iter().any(|begin| name.starts_with(begin))
        {
            command.env_remove(&*name);
        }
    }
    command.current_dir(directory).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
    }
    command
}

/// An empty repository `origin` in the directory, whose branch will be main.
pub fn make_origin(directory: &Path) {
    succeed(clean("git", directory).args(["init", "--quiet", "--bare", "--initial-branch", "main", "origin"]));
}

/// What it printed.
pub fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("a program to run");
    assert!(status.success(), "{command:?}: {}{}", text(&stdout), text(&stderr));
    text(&stdout)
}

/// What it complained of.
pub fn fail(command: &mut Command) -> String {
    failure(command).1
}

/// What it printed, and what it complained of.
pub fn failure(command: &mut Command) -> (String, String) {
    let Output { status, stdout, stderr } = command.output().expect("a program to run");
    assert!(!status.success(), "{command:?} succeeded: {}", text(&stdout));
    (text(&stdout), text(&stderr))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
