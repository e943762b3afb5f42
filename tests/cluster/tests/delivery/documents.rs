//! What docs/runbooks tells to type and to read exists.

use std::path::{Path, PathBuf};

use crate::checkout::Checkout;

#[test]
fn every_make_target_exists() {
    let makefile = read(&root().join("Makefile"));
    let mut seen = 0;
    for (path, text) in runbooks() {
        for command in text.split("`make ").skip(1) {
            let target = command.split([' ', '`']).next().unwrap_or_default();
            assert!(makefile.contains(&format!("\n{target}:")), "{}: make {target}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 5, "only {seen} commands were found");
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
