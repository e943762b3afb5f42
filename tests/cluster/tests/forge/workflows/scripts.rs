//! The scripts, in a copy of the tree with an origin of its own, and a GitHub that only answers.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::commands::{clean, make_origin, succeed};
use crate::front::{Front, Request, Response, rule};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_cluster");
pub const TOKEN: &str = "secret";
pub const REPOSITORY: &str = "me/dogs";

/// A clone of an origin that holds what the scripts need of the work tree.
pub struct Checkout {
    directory: TempDir,
}

impl Checkout {
    pub fn new() -> Self {
        let checkout = Self { directory: tempfile::tempdir().expect("a directory") };
        let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::create_dir_all(checkout.root().join("tests/scripts")).expect("a directory");
        for path in ["k8s", "argocd", "Makefile", "project.json", "tests/scripts/workflows", ".github"] {
            let target = checkout.root().join(path);
            fs::create_dir_all(target.parent().expect("a directory")).expect("a directory");
            succeed(Command::new("cp").arg("-r").arg(tree.join(path)).arg(target));
        }
        // Documents of its own: those of the work tree lead to what is not here.
        succeed(Command::new("find").arg(checkout.root()).args(["-name", "*.md", "-delete"]));
        checkout.write("README.md", "[How to](rollback.md)\n");
        checkout.write("rollback.md", "# Rollback\n");
        make_origin(checkout.directory.path());
        checkout.git(&["init", "--quiet", "--initial-branch", "main"]);
        checkout.git(&["remote", "add", "origin", &checkout.origin().display().to_string()]);
        checkout.commit("Begin");
        checkout.git(&["push", "--quiet", "origin", "main"]);
        checkout
    }

    pub fn root(&self) -> PathBuf {
        self.directory.path().join("clone")
    }

    /// Another clone of the same origin, as another job has it.
    pub fn beside(&self, name: &str) -> PathBuf {
        succeed(clean("git", self.directory.path()).args(["clone", "--quiet", "origin", name]));
        self.directory.path().join(name)
    }

    /// Where programs may keep things: outside the clone, which act copies.
    pub fn home(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    pub fn origin(&self) -> PathBuf {
        self.directory.path().join("origin")
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).expect("a file");
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        succeed(clean("git", &self.root()).args(arguments))
    }

    /// What the origin's main says.
    pub fn main(&self, path: &str) -> String {
        succeed(clean("git", &self.origin()).args(["show", &format!("main:{path}")]))
    }

    pub fn script(&self, name: &str) -> Command {
        script(&self.root(), name)
    }

    /// Makes this the registry of the project, such as `127.0.0.1:5000/dogs`.
    pub fn publish_to(&self, registry: &str) {
        let text = fs::read_to_string(self.root().join("project.json")).expect("names");
        let mut names: Value = serde_json::from_str(&text).expect("JSON");
        names["registry"] = registry.into();
        self.write("project.json", &names.to_string());
    }

    /// A cosign that notes what it is asked, and then does as told; nothing that Git sees.
    pub fn cosign(&self, commands: &str) -> PathBuf {
        let program = self.root().join(".git/cosign");
        fs::write(&program, format!("#!/bin/sh\necho \"$@\" >>.git/asked\n{commands}\n")).expect("a program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
        program
    }

    /// What that cosign was asked so far, a line each time.
    pub fn cosign_was_asked(&self) -> String {
        fs::read_to_string(self.root().join(".git/asked")).expect("what cosign was asked")
    }
}

/// One of the scripts, in a clone.
pub fn script(clone: &Path, name: &str) -> Command {
    let mut command = clean(&format!("tests/scripts/workflows/{name}"), clone);
    command.env("DELIVERY", PROGRAM);
    command
}

/// Lists of comments and pull requests that grow, and are changed by number.
pub struct GitHub {
    pub front: Front,
    pub items: Arc<Mutex<Vec<Value>>>,
}

impl GitHub {
    pub fn start() -> Self {
        let items = Arc::<Mutex<Vec<Value>>>::default();
        let list = items.clone();
        let front = Front::start("127.0.0.1:1", vec![rule(move |request| Some(answer(request, &list)))]);
        Self { front, items }
    }

    pub fn environment<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command
            .env("GITHUB_API_URL", format!("http://{}", self.front.host))
            .env("GITHUB_REPOSITORY", REPOSITORY)
            .env("GITHUB_TOKEN", TOKEN)
    }
}

fn answer(request: &Request, items: &Mutex<Vec<Value>>) -> Response {
    if request.header("Authorization") != Some(&format!("Bearer {TOKEN}")) {
        return Response::status(401);
    }
    assert!(request.path.starts_with(&format!("/repos/{REPOSITORY}/")), "{}", request.path);
    let mut items = items.lock().expect("the list");
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    match request.method.as_str() {
        "GET" => Response::json(&json!(*items)),
        "POST" => {
            let number = items.len() + 1;
            let mut item = body;
            item["id"] = number.into();
            item["number"] = number.into();
            items.push(item.clone());
            Response { status: 201, ..Response::json(&item) }
        }
        "PATCH" => {
            let number: usize =
                request.path.rsplit('/').next().and_then(|number| number.parse().ok()).expect("a number");
            for (key, value) in body.as_object().into_iter().flatten() {
                items[number - 1][key] = value.clone();
            }
            Response::json(&items[number - 1])
        }
        other => panic!("GitHub is asked to {other}"),
    }
}
