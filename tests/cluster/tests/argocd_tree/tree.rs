//! Reads what a cluster's kustomization renders, and which files stand in the tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cluster::tools::Tools;
use serde::Deserialize as _;
use serde_yaml_ng::Value;

pub const CLUSTERS: [&str; 3] = ["local", "nonproduction", "production"];

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository's root")
}

/// Every document of a text of YAML.
pub fn documents(text: &str) -> Vec<Value> {
    serde_yaml_ng::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .filter(|document| !document.is_null())
        .collect()
}

/// The one document of a file below the root.
pub fn values(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    documents(&text).remove(0)
}

/// What `kustomize build` makes of a directory below the root.
pub fn build(directory: &str) -> Vec<Value> {
    let tools = Tools::ready(&["kustomize"]).expect("the pinned kustomize");
    let output = Command::new(tools.binary("kustomize").expect("kustomize"))
        .arg("build")
        .arg(root().join(directory))
        .output()
        .expect("kustomize runs");
    assert!(output.status.success(), "{directory}: {}", String::from_utf8_lossy(&output.stderr));
    documents(&String::from_utf8(output.stdout).expect("UTF-8"))
}

/// What stands in a cluster's root.yaml and in what it syncs.
pub fn cluster(name: &str) -> Vec<Value> {
    let root_file = root().join(format!("argocd/clusters/{name}/root.yaml"));
    let mut objects = documents(&fs::read_to_string(root_file).expect("root.yaml"));
    objects.extend(build(&format!("argocd/clusters/{name}")));
    objects
}

pub fn of_kind<'a>(objects: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    objects.iter().filter(move |object| object["kind"] == kind)
}

pub fn name(object: &Value) -> &str {
    text(&object["metadata"]["name"])
}

/// Whether a source is this repository: on GitHub, or as `make cluster` serves it.
pub fn is_ours(source: &Value) -> bool {
    let project = values("project.json");
    let on_github = format!("https://github.com/{}/{}", text(&project["owner"]), text(&project["repository"]));
    [on_github.as_str(), cluster::git::URL].contains(&text(&source["repoURL"]))
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:?}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_sequence().map_or(&[], Vec::as_slice)
}

/// An Application's source, or its several.
pub fn sources(application: &Value) -> Vec<&Value> {
    let spec = &application["spec"];
    if spec["source"].is_null() { list(&spec["sources"]).iter().collect() } else { vec![&spec["source"]] }
}

/// The YAML files below a directory, kustomizations apart.
pub fn files(directory: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join(directory)).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(path.to_str().expect("UTF-8")));
        } else if path.extension().is_some_and(|extension| extension == "yaml") && !path.ends_with("kustomization.yaml")
        {
            found.insert(path);
        }
    }
    found
}
