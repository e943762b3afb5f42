//! What a change touches decides what runs.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use super::scripts::{Checkout, script};
use crate::commands::{fail, succeed};

/// The parts that these paths touch.
fn parts(checkout: &Checkout, paths: &str) -> String {
    let mut command = checkout.script("what-changed.sh");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the script");
    child.stdin.take().expect("its input").write_all(paths.as_bytes()).expect("paths");
    let output = child.wait_with_output().expect("an answer");
    assert!(output.status.success());
    touched(&String::from_utf8(output.stdout).expect("UTF-8"))
}

fn touched(lines: &str) -> String {
    let touched: Vec<_> = lines.lines().filter_map(|line| line.strip_suffix("=true")).collect();
    assert_eq!(lines.lines().count(), 6, "{lines}");
    touched.join(" ")
}

const ALL: &str = "app manifests chart terraform workflows documents";

#[test]
fn each_path_touches_its_parts() {
    let checkout = Checkout::new();
    for (paths, expected) in [
        ("README.md\ndocs/runbooks/rollback.md\n", "documents"),
        ("k8s/README.md\n", "documents"),
        ("k8s/charts/dog-gif-app/templates/service.yaml\n", "manifests chart"),
        ("k8s/overlays/dev/version.yaml\n", "manifests"),
        ("k8s/overlays/dev/values.yaml\nargocd/projects/apps.yaml\n", "manifests"),
        ("terraform/modules/network/main.tf\n", "terraform"),
        (".github/workflows/ci.yaml\n", "workflows"),
        ("src/main.rs\n", "app"),
        ("src/a file with spaces.rs\n", "app"),
        ("Cargo.lock\nREADME.md\n", "app documents"),
        ("nix/image.nix\n", "app"),
        ("tests/cluster/src/main.rs\n", "manifests workflows"),
        ("something/new\n", ALL),
        ("README.md\nsomething/new\n", ALL),
        ("", ""),
    ] {
        assert_eq!(parts(&checkout, paths), expected, "{paths}");
    }
}

#[test]
fn between_two_commits_it_is_what_lies_between_and_everything_if_one_is_not_known() {
    let checkout = Checkout::new();
    let base = checkout.git(&["rev-parse", "HEAD"]).trim_end().to_owned();
    checkout.git(&["switch", "--quiet", "--create", "mine"]);
    checkout.write("README.md", "mine");
    checkout.commit("Document");
    // main goes on, which is none of this change.
    checkout.git(&["switch", "--quiet", "main"]);
    checkout.write("k8s/overlays/dev/values.yaml", "theirs: 1\n");
    checkout.commit("Change dev");
    let main = checkout.git(&["rev-parse", "HEAD"]).trim_end().to_owned();
    checkout.git(&["switch", "--quiet", "mine"]);
    let between = |base: &str| touched(&succeed(checkout.script("what-changed.sh").args([base, "HEAD"])));
    assert_eq!(between(&base), "documents");
    assert_eq!(between(&main), "documents");
    // The first push of a branch, and a base that was rewritten.
    assert_eq!(between(&"0".repeat(40)), ALL);
    assert_eq!(between(&"1".repeat(40)), ALL);
    assert_eq!(between(""), ALL);
}

/// Else the next file that somebody adds runs everything, unnoticed.
#[test]
fn every_file_of_the_tree_is_thought_of() {
    let checkout = Checkout::new();
    let tree = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = succeed(std::process::Command::new("git").args(["ls-files"]).current_dir(tree));
    let mut unthought = String::new();
    let tops: std::collections::BTreeSet<_> =
        files.lines().map(|path| path.split_once('/').map_or(path.to_owned(), |(top, _)| format!("{top}/x"))).collect();
    for path in tops {
        if parts(&checkout, &path) == ALL
            && ![".gitignore", "Makefile", "project.json", ".ci/x"].contains(&path.as_str())
        {
            writeln!(unthought, "{path}").expect("a line");
        }
    }
    assert_eq!(unthought, "");
}

#[test]
fn every_job_has_to_succeed_or_to_have_had_nothing_to_do() {
    let checkout = Checkout::new();
    let required = |needs: &str| {
        let mut command = script(&checkout.root(), "required.sh");
        command.env("NEEDS", needs);
        command
    };
    succeed(&mut required(r#"{"a": {"result": "success"}, "b": {"result": "skipped"}}"#));
    for needs in
        [r#"{"a": {"result": "success"}, "b": {"result": "failure"}}"#, r#"{"a": {"result": "cancelled"}}"#, "{}"]
    {
        let said = fail(&mut required(needs));
        assert_eq!(said, "required: not every job above has succeeded\n");
    }
}

#[test]
fn a_link_to_what_is_not_there_is_found() {
    let checkout = Checkout::new();
    checkout.write("README.md", "[a](rollback.md#x) [b](https://example.test/x) [c](#d)\n");
    succeed(&mut checkout.script("check-links.sh"));
    checkout.write("README.md", "[a](rolback.md)\n");
    let said = fail(&mut checkout.script("check-links.sh"));
    assert_eq!(said, "check-links: README.md leads to rolback.md, which is not there\n");
}
