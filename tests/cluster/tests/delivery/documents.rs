//! What the documents tell to type works, and what docs/runbooks tells to read exists.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::checkout::{Checkout, digest, succeed};
use Tried::{By, Here, Not};

/// How a target of make is tried.
enum Tried {
    /// As the documents type it, by the next test.
    Here,
    /// By the tests at this place.
    By(&'static str),
    /// By none, and why.
    Not(&'static str),
}

const TARGETS: &[(&str, Tried)] = &[
    ("help", By("tests/it/once/documents.rs")),
    ("run", Not("a release build takes minutes")),
    ("test", Not("it is what runs this")),
    ("test-failover", Not("minutes; the leg mysql has its short form")),
    ("mutants", Not("hours")),
    ("lint", Not("its legs are those of make test")),
    ("bench", Not("figures need a quiet machine, and an hour")),
    ("load", Not("figures need a quiet machine")),
    ("observe", By("tests/it/observability/laptop.rs")),
    ("smoke", Not("it needs a container engine; the command behind it has tests/it/once/smoke.rs")),
    ("tools", Not("it installs packages; make test does the same at its start")),
    ("bump", Here),
    ("promote", Here),
    ("render", Here),
    ("diff", Here),
    ("readme", By("tests/cluster/tests/chart/main.rs")),
    ("cleanup", By("tests/cluster/tests/forge/cleanup")),
    ("adopt", By("tests/cluster/tests/adoption")),
    ("dashboards", By("tests/dashboards/dashboards.test.js")),
    ("picture", Not("minutes; its queries are those of tests/it/observability/dashboards")),
    ("cluster", By("tests/cluster/tests/gitops")),
    ("plan", By("tests/terraform/test_infrastructure.py")),
    ("apply", By("tests/terraform/test_infrastructure.py")),
    ("drift", By("tests/terraform/test_infrastructure.py")),
];

#[test]
fn every_target_of_make_is_tried_or_says_why_not() {
    let makefile = read(&root().join("Makefile"));
    let targets = makefile.lines().find_map(|line| line.strip_prefix(".PHONY:")).expect("the list of targets");
    let known: Vec<_> = TARGETS.iter().map(|(target, _)| *target).collect();
    assert_eq!(targets.split_whitespace().collect::<Vec<_>>(), known);
    for (target, tried) in TARGETS {
        match tried {
            Here => {}
            By(tests) => assert!(root().join(tests).exists(), "{target}: there is no {tests}"),
            Not(reason) => assert!(!reason.is_empty(), "{target}: why not?"),
        }
    }
}

#[test]
fn what_the_documents_type_works() {
    let mut tried = BTreeMap::<_, usize>::new();
    let documents = ["README.md", "CONTRIBUTING.md", "k8s/README.md", "argocd/README.md"].map(|name| root().join(name));
    for (path, text) in documents.map(|path| (path.clone(), read(&path))).into_iter().chain(runbooks()) {
        for command in text.split(['`', '\n']).filter_map(|piece| piece.strip_prefix("make ")) {
            let mut words = command.split(" #").next().unwrap_or_default().split_whitespace();
            let target = words.next().unwrap_or_default();
            let arguments: Vec<_> = words.take_while(|word| word.contains('=')).map(filled_in).collect();
            // A name alone is a mention.
            if arguments.is_empty() || !TARGETS.iter().any(|(name, tried)| *name == target && matches!(tried, Here)) {
                continue;
            }
            let checkout = checkout_with_a_history();
            let typed: Vec<_> = [target].into_iter().chain(arguments.iter().map(String::as_str)).collect();
            let told = succeed(&mut checkout.make(&typed));
            assert!(!told.is_empty(), "{}: make {command} says nothing", path.display());
            *tried.entry(target.to_owned()).or_default() += 1;
        }
    }
    let here = TARGETS.iter().filter(|(_, tried)| matches!(tried, Here)).map(|(target, _)| *target);
    for target in here {
        assert!(tried.contains_key(target), "no document types make {target}: {tried:?}");
    }
}

/// Something for what the documents leave open.
fn filled_in(argument: &str) -> String {
    match argument.split_once("=") {
        Some(("TAG", "…")) => "TAG=0.4.0".to_owned(),
        Some(("DIGEST", "…" | "sha256:…")) => format!("DIGEST={}", digest(4)),
        _ => argument.to_owned(),
    }
}

/// Each environment has something that the next one has not, and main is at origin without the last commit.
fn checkout_with_a_history() -> Checkout {
    let checkout = Checkout::new();
    checkout.commit_version("staging", "0.2.0", 2);
    checkout.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    checkout.commit_version("dev", "0.3.0", 3);
    checkout
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for (path, text) in runbooks() {
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = path.with_file_name(file);
            assert!(target.is_file(), "{}: {link}", path.display());
            // GitHub's way to name a heading.
            let found = read(&target).lines().any(|line| line.starts_with('#') && slug(line) == heading);
            assert!(heading.is_empty() || found, "{}: {link}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 2, "only {seen} links were found");
}

#[test]
fn every_object_is_rendered_in_production() {
    let rendered = Checkout::new().run(&["render", "--environment", "production"]);
    let objects: Vec<_> = rendered.split("\n---\n").collect();
    let exists = |kind: &str, name: &str| {
        objects.iter().any(|object| {
            object.contains(&format!("\nkind: {kind}\n")) && object.contains(&format!("\n  name: {name}\n"))
        })
    };
    for (kind, prefix) in [("CronJob", "cronjob/"), ("Deployment", "deployment/"), ("Job", " job/dog-gif-app")] {
        let mut seen = 0;
        for (path, text) in runbooks() {
            for (at, _) in text.match_indices(prefix) {
                let name = &text[at + prefix.find('/').expect("a kind") + 1..];
                let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
                let name = name.split(ends).next().unwrap_or_default();
                assert!(exists(kind, name), "{}: there is no {kind} {name}", path.display());
                seen += 1;
            }
        }
        assert!(seen > 0, "no runbook names a {kind}");
    }
}

#[test]
fn every_cron_job_of_a_rule_is_rendered_in_production() {
    let rendered = Checkout::new().run(&["render", "--environment", "production"]);
    let is_rendered = |name: &str| {
        let mut objects = rendered.split("\n---\n");
        objects.any(|it| it.contains("\nkind: CronJob\n") && it.contains(&format!("\n  name: {name}\n")))
    };
    let rules = read(&root().join("k8s/charts/dog-gif-app/files/rules.yaml"));
    let mut seen = 0;
    for (line, number) in rules.lines().zip(1..) {
        for name in line.split("cronjob=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()) {
            assert!(is_rendered(name), "k8s/charts/dog-gif-app/files/rules.yaml:{number}: there is no CronJob {name}");
            seen += 1;
        }
    }
    assert!(seen > 0, "no rule asks for a CronJob");
}

fn runbooks() -> Vec<(PathBuf, String)> {
    let directory = root().join("docs/runbooks").read_dir().expect("the runbooks");
    directory.map(|entry| entry.expect("a runbook").path()).map(|path| (path.clone(), read(&path))).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == ' ' || *letter == '-')
        .collect::<String>()
        .replace(' ', "-")
}
