//! A version reaches main, also when others push at the same time.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::scripts::{Checkout, script};
use crate::commands::{clean, fail, succeed};

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

fn bump(clone: &Path, tag: &str) -> Command {
    let mut command = script(clone, "bump.sh");
    command.env("ENVIRONMENT", "dev").env("TAG", tag).env("DIGEST", DIGEST);
    command
}

#[test]
fn a_version_is_committed_and_pushed_once() {
    let checkout = Checkout::new();
    let said = succeed(&mut bump(&checkout.root(), "main-1"));
    assert!(said.ends_with("dev: pushed at try 1\n"), "{said}");
    assert!(checkout.main("k8s/overlays/dev/version.yaml").contains(DIGEST));
    let before = succeed(clean("git", &checkout.origin()).args(["rev-parse", "main"]));
    succeed(&mut bump(&checkout.beside("again"), "main-1"));
    assert_eq!(succeed(clean("git", &checkout.origin()).args(["rev-parse", "main"])), before);
}

#[test]
fn who_loses_a_race_begins_anew_and_wins() {
    let checkout = Checkout::new();
    let other = checkout.beside("other");
    // Somebody pushes when our commit is already made: the hook runs between commit and push, once.
    let hook = checkout.root().join(".git/hooks/pre-push");
    let commands = format!(
        "#!/bin/sh\nrm \"$0\"\ncd {} && git commit --quiet --allow-empty --message Theirs && git push --quiet origin HEAD:main\n",
        other.display()
    );
    fs::create_dir_all(hook.parent().expect("a directory")).expect("a directory");
    fs::write(&hook, commands).expect("a hook");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("permissions");
    let said = succeed(bump(&checkout.root(), "main-2").env_remove("GIT_DIR"));
    assert!(said.ends_with("dev: pushed at try 2\n"), "{said}");
    let log = succeed(clean("git", &checkout.origin()).args(["log", "--format=%s", "main"]));
    assert_eq!(log, "dev: Run main-2\nTheirs\nBegin\n");
}

#[test]
fn several_at_once_all_arrive() {
    let checkout = Checkout::new();
    let clones: Vec<_> = (0..3).map(|number| (number, checkout.beside(&format!("job-{number}")))).collect();
    std::thread::scope(|scope| {
        for (number, clone) in &clones {
            scope.spawn(move || succeed(&mut bump(clone, &format!("main-{number}"))));
        }
    });
    let log = succeed(clean("git", &checkout.origin()).args(["log", "--format=%s", "main"]));
    assert_eq!(log.lines().count(), 4, "{log}");
}

#[test]
fn a_branch_that_takes_nothing_is_told_after_five_tries_and_nothing_is_pushed() {
    let checkout = Checkout::new();
    let hook = checkout.origin().join("hooks/update");
    fs::create_dir_all(hook.parent().expect("a directory")).expect("a directory");
    fs::write(&hook, "#!/bin/sh\necho protected >&2\nexit 1\n").expect("a hook");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("permissions");
    let said = fail(&mut bump(&checkout.root(), "main-1"));
    let last = said.lines().last().unwrap_or_default();
    assert_eq!(
        last,
        "bump: main did not take the commit in five tries: look whether whoever pushes here may push to it"
    );
    assert!(!checkout.main("k8s/overlays/dev/version.yaml").contains(DIGEST));
}

#[test]
fn a_digest_that_is_none_is_refused_before_anything_is_committed() {
    let checkout = Checkout::new();
    let said = fail(bump(&checkout.root(), "main-1").env("DIGEST", "latest"));
    assert!(said.starts_with("error: `latest` is no digest"), "{said}");
    assert_eq!(succeed(clean("git", &checkout.origin()).args(["log", "--format=%s", "main"])), "Begin\n");
}
