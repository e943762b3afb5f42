//! Charts as files beside an index.yaml, which Helm itself made and reads again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use cluster::tools::Tools;
use serde_yaml_ng::Value;

use super::git::{Git, refusal};
use crate::commands::succeed;
use crate::front::{Front, Response, rule};
use crate::registry::ago;

/// Packages these versions, and makes an index that says when each came.
fn charts(directory: &Path, versions: &[(&str, i64)]) {
    let source = tempfile::tempdir().expect("a directory");
    let chart = source.path().join("dogs");
    fs::create_dir(&chart).expect("a directory");
    for (version, _) in versions {
        fs::write(chart.join("Chart.yaml"), format!("apiVersion: v2\nname: dogs\nversion: {version}\n"))
            .expect("a chart");
        succeed(helm().args(["package", "--destination"]).args([directory, &chart]));
        fs::write(directory.join(format!("dogs-{version}.tgz.prov")), "signed").expect("a signature");
    }
    succeed(helm().args(["repo", "index"]).arg(directory));
    let mut index = index(directory);
    for entry in index["entries"]["dogs"].as_sequence_mut().expect("entries") {
        let (_, days) = versions.iter().find(|(version, _)| entry["version"] == *version).expect("a version");
        entry["created"] = ago(*days).into();
    }
    fs::write(directory.join("index.yaml"), serde_yaml_ng::to_string(&index).expect("YAML")).expect("an index");
}

fn helm() -> Command {
    Command::new(Tools::ready(&["helm"]).expect("Helm").binary("helm").expect("Helm"))
}

fn index(directory: &Path) -> Value {
    serde_yaml_ng::from_str(&fs::read_to_string(directory.join("index.yaml")).expect("an index")).expect("YAML")
}

fn files(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name")).collect()
}

#[test]
fn old_charts_go_with_their_signatures_and_helm_finds_the_others() {
    let (git, directory) = (Git::new(), tempfile::tempdir().expect("a directory"));
    let versions = [
        ("0.1.0", 95),
        ("0.9.0", 60),
        ("1.0.0-rc.1", 55),
        ("1.0.0", 50),
        ("1.1.0", 40),
        ("0.9.1", 20),
        ("1.2.0-rc.1", 2),
    ];
    charts(directory.path(), &versions);
    git.commit("argocd/applications/dogs.yaml", "spec:\n  source:\n    chart: dogs\n    targetRevision: ~0.1.0\n", 95);
    let place = directory.path().display().to_string();
    let kept_entry = |directory: &Path| {
        let index = index(directory);
        let entries = index["entries"]["dogs"].as_sequence().expect("entries");
        entries.iter().find(|entry| entry["version"] == "1.1.0").cloned().expect("1.1.0")
    };
    let before = kept_entry(directory.path());

    let shown = succeed(&mut git.cleanup_of("--charts", &place, &[]));
    assert!(shown.contains("\ndelete  dogs 0.9.1 ") && shown.contains("\nkeep    dogs 0.1.0 "), "{shown}");
    assert!(files(directory.path()).contains("dogs-0.9.1.tgz"));

    let deleted = succeed(&mut git.cleanup_of("--charts", &place, &["--yes"]));
    assert!(deleted.ends_with("\n3 deleted.\n"), "{deleted}");
    let stay = ["0.1.0", "1.0.0", "1.1.0", "1.2.0-rc.1"];
    let expected = stay.iter().flat_map(|version| ["tgz", "tgz.prov"].map(|end| format!("dogs-{version}.{end}")));
    assert_eq!(files(directory.path()), expected.chain(["index.yaml".to_owned()]).collect());
    assert_eq!(kept_entry(directory.path()), before, "when it came, and its digest");

    let root = directory.path().to_owned();
    let front = Front::start(
        "127.0.0.1:1",
        vec![rule(move |request| match fs::read(root.join(request.path.trim_start_matches('/'))) {
            Ok(body) => Some(Response { status: 200, headers: Vec::new(), body }),
            Err(_) => Some(Response::status(404)),
        })],
    );
    let address = format!("http://{}", front.host);
    let shown = |version: &str| {
        let home = tempfile::tempdir().expect("a directory");
        let mut show = helm();
        show.args(["show", "chart", "dogs", "--repo", &address, "--version", version])
            .env("HELM_CACHE_HOME", home.path());
        show.output().expect("Helm").status.success()
    };
    assert!(shown("1.1.0") && shown("0.1.0") && !shown("0.9.1"));
}

#[test]
fn an_index_that_names_what_is_not_there_is_refused_and_a_chart_without_an_entry_stays() {
    let (git, directory) = (Git::new(), tempfile::tempdir().expect("a directory"));
    charts(directory.path(), &[("1.0.0", 50)]);
    let place = directory.path().display().to_string();
    fs::write(directory.path().join("dogs-2.0.0.tgz"), "on its way in").expect("a file");
    let shown = succeed(&mut git.cleanup_of("--charts", &place, &["--yes"]));
    assert!(shown.contains("dogs-2.0.0.tgz") && files(directory.path()).contains("dogs-2.0.0.tgz"), "{shown}");
    fs::remove_file(directory.path().join("dogs-1.0.0.tgz")).expect("a file");
    let (_, sentence) = refusal(&mut git.cleanup_of("--charts", &place, &["--yes"]));
    assert!(sentence.ends_with("dogs-1.0.0.tgz, which is not there: repair it with `helm repo index`: No such file or directory (os error 2)"), "{sentence}");
}
