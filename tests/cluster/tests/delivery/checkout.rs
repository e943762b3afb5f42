//! A Git repository with a copy of k8s/ and the Makefile, whose three environments run version 0.1.0.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_cluster");

pub struct Checkout {
    directory: TempDir,
}

impl Checkout {
    pub fn new() -> Self {
        let checkout = Self { directory: tempfile::tempdir().expect("a directory") };
        let work_tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let copied = Command::new("cp")
            .arg("-r")
            .args([work_tree.join("k8s"), work_tree.join("Makefile")])
            .arg(checkout.root())
            .status()
            .expect("cp");
        assert!(copied.success(), "k8s/ cannot be copied");
        checkout.git(&["init", "--quiet", "--initial-branch", "main"]);
        for environment in ["dev", "staging", "production"] {
            checkout.write(&version_file(environment), &version("0.1.0", 1));
        }
        checkout.commit("Begin");
        checkout
    }

    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Writes a shell script that can be executed.
    pub fn script(&self, path: &str, commands: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(&path, format!("#!/bin/sh\n{commands}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    /// Replaces a text that is there.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replace(from, to));
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Bumps an environment by its file, and commits.
    pub fn commit_version(&self, environment: &str, tag: &str, number: u8) {
        self.write(&version_file(environment), &version(tag, number));
        self.commit(&format!("{environment}: Run {tag}"));
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        succeed(clean("git").args(arguments).current_dir(self.root()))
    }

    /// What differs from HEAD, new files included.
    pub fn changes(&self) -> Vec<String> {
        let status = self.git(&["status", "--porcelain", "--untracked-files=all", "--ignored"]);
        status.lines().map(str::to_owned).collect()
    }

    /// The program, to be run in the top directory.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = clean(PROGRAM);
        command.args(arguments).current_dir(self.root());
        command
    }

    /// What the program prints when it succeeds.
    pub fn run(&self, arguments: &[&str]) -> String {
        succeed(&mut self.program(arguments))
    }

    pub fn bump(&self, environment: &str, tag: &str, number: u8) -> String {
        let digest = digest(number);
        self.run(&["bump", "--environment", environment, "--tag", tag, "--digest", &digest])
    }

    /// The sentence with which the program refuses; nothing may have been printed or written.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        self.refusal_of(&mut self.program(arguments))
    }

    pub fn refusal_of(&self, command: &mut Command) -> String {
        let before = self.contents();
        let output = command.output().expect("the program");
        let complaint = text(&output.stderr);
        assert!(!output.status.success(), "{command:?} succeeded");
        assert_eq!(text(&output.stdout), "", "{command:?} printed something");
        assert_eq!(self.contents(), before, "{command:?} left something");
        // make adds a line of its own.
        let sentence = complaint.lines().next().unwrap_or_default();
        sentence.strip_prefix("error: ").unwrap_or_else(|| panic!("{command:?} says {complaint}")).to_owned()
    }

    /// make, which is to call the program already built.
    pub fn make(&self, arguments: &[&str]) -> Command {
        let mut command = clean("make");
        command.arg(format!("DELIVERY={PROGRAM}")).args(arguments).current_dir(self.root());
        command
    }

    /// Every file below k8s/ with its bytes.
    fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files(&self.root().join("k8s"))
    }
}

pub fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).expect("a file");
            found.push((path, bytes));
        }
    }
    found.sort();
    found
}

pub fn version_file(environment: &str) -> String {
    format!("k8s/overlays/{environment}/version.yaml")
}

/// The bytes of a version file, written out: the program must not say itself what is right.
pub fn version(tag: &str, number: u8) -> String {
    let digest = digest(number);
    format!(
        "# Written by `make bump` and `make promote`, and by nothing else.\nimage:\n  tag: \"{tag}\"\n  digest: {digest}\n"
    )
}

/// A digest for each number.
pub fn digest(number: u8) -> String {
    format!("sha256:{number:02x}{}", "0".repeat(62))
}

pub fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("a program to run");
    assert!(status.success(), "{command:?}: {}", text(&stderr));
    text(&stdout)
}

/// The command that an answer tells to type, run in the checkout.
pub fn type_what_it_says(checkout: &Checkout, answer: &str) {
    let (_, command) = answer.trim_end().rsplit_once("once this is committed: ").expect("the next command");
    checkout.git(&["add", "--intent-to-add", "."]);
    succeed(clean("sh").args(["-c", command]).current_dir(checkout.root()));
}

/// A command without the settings of whoever runs the tests.
pub fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let of_make =
            ["ENVIRONMENT", "TAG", "DIGEST", "FORCE", "FROM", "TO", "BASE", "NODES", "IMAGE"].contains(&&*name);
        if of_make || name.starts_with("GIT_") || name.starts_with("MAKE") || name == "MFLAGS" {
            command.env_remove(&*name);
        }
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}
