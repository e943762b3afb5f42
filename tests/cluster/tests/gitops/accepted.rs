//! Everything that the tree can render, accepted by the real API server, strictly: no field that it does not know, no
//! value that it would refuse. Dry runs, in namespaces of their own, as what stands in the environments is not to be
//! changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cluster::secrets::{ENVIRONMENTS, namespace};
use libtest_mimic::Trial;
use serde::Deserialize as _;
use serde_json::Value;

use crate::bootstrap::BOOTSTRAP;
use crate::stage::Stage;
use crate::story::Story;

#[allow(dead_code, reason = "the fast test of the tree looks at more of it")]
#[path = "../rendering/tree.rs"]
pub mod tree;

/// Groups of kinds that only their makers' clusters know; named in the output as not validated.
const FOREIGN: [&str; 1] = ["networking.gke.io"];

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![
        story.trial("the_api_server_accepts_every_environment", &[BOOTSTRAP], environments),
        story.trial("the_api_server_accepts_every_combination_of_components", &[BOOTSTRAP], combinations),
        story.trial("the_api_server_accepts_the_platform_and_every_cluster", &[BOOTSTRAP], platform),
    ]
}

fn environments(stage: &Stage) -> Result<()> {
    for environment in ENVIRONMENTS {
        // As Argo CD renders it for the clouds; with the component `local` it runs already.
        let output = Command::new(env!("CARGO_BIN_EXE_cluster"))
            .args(["render", "--environment", environment])
            .current_dir(stage.repository.root())
            .output()
            .context("cannot run `cluster render`")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        let manifests = String::from_utf8(output.stdout)?;
        let objects = parse(&manifests.replace(&namespace(environment), &format!("dry-run-{environment}")))?;
        let accepted = dry_run(stage, &objects).with_context(|| environment.to_owned())?;
        println!("  {environment}: {accepted}");
    }
    Ok(())
}

fn combinations(stage: &Stage) -> Result<()> {
    let tree = tree::Tree::copy();
    let combinations = tree::combinations();
    // Most objects are the same in many of them: each is asked about once.
    let mut distinct = BTreeMap::new();
    for components in &combinations {
        for object in tree.build(&tree.bare(components), &components.join(" + ")) {
            let object = serde_json::to_value(&object)?;
            distinct.insert(object.to_string(), object);
        }
    }
    let accepted = dry_run(stage, &distinct.into_values().collect::<Vec<_>>())?;
    println!("  {} combinations of components: {accepted}", combinations.len());
    Ok(())
}

fn platform(stage: &Stage) -> Result<()> {
    let root = stage.repository.root();
    let mut kustomizations = Vec::new();
    for room in ["k8s/platform", "argocd/clusters"] {
        find_kustomizations(&root.join(room), &mut kustomizations)?;
    }
    ensure!(!kustomizations.is_empty(), "there are no kustomizations");
    // What the others stand in.
    let mut objects = Vec::new();
    for directory in &kustomizations {
        let name = directory.strip_prefix(root)?.display();
        let output = Command::new(stage.cluster.tools.binary("kustomize")?)
            .args([Path::new("build"), directory])
            .output()
            .context("cannot run kustomize")?;
        ensure!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
        objects.extend(parse(&String::from_utf8(output.stdout)?)?);
    }
    for cluster in std::fs::read_dir(root.join("argocd/clusters"))? {
        objects.extend(parse(&std::fs::read_to_string(cluster?.path().join("root.yaml"))?)?);
    }
    let accepted = dry_run(stage, &objects)?;
    println!("  {} kustomizations of platform and clusters: {accepted}", kustomizations.len());
    Ok(())
}

fn find_kustomizations(directory: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            find_kustomizations(&path, found)?;
        } else if path.ends_with("kustomization.yaml") {
            found.push(directory.to_owned());
        }
    }
    found.sort();
    Ok(())
}

/// Makes the namespaces that the objects stand in, and asks about the rest; how many, and which kinds are unknown.
fn dry_run(stage: &Stage, objects: &[Value]) -> Result<String> {
    let kubectl = &stage.cluster.kubectl;
    let known: Value = serde_json::from_str(&kubectl.run(&["get", "--raw", "/apis"])?)?;
    let known: BTreeSet<_> =
        known["groups"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
    let group = |object: &Value| {
        let version = object["apiVersion"].as_str().unwrap_or_default();
        version.rsplit_once('/').map_or(String::new(), |(group, _)| group.to_owned())
    };
    let (ours, unknown): (Vec<_>, Vec<_>) =
        objects.iter().partition(|object| group(object).is_empty() || known.contains(group(object).as_str()));
    let unknown: BTreeSet<_> = unknown.into_iter().map(|object| (group(object), text(&object["kind"]))).collect();
    for (group, kind) in &unknown {
        let excused = FOREIGN.contains(&group.as_str())
            || group.ends_with("percona.com") && !stage.cluster.crds.missing.is_empty();
        ensure!(excused, "the API server does not know {kind} of {group}: its definition belongs into tools/crds");
    }
    let namespaces: BTreeSet<_> =
        ours.iter().filter_map(|object| object["metadata"]["namespace"].as_str()).map(str::to_owned).collect();
    let mut needed = Vec::new();
    for name in &namespaces {
        let labels =
            ours.iter().find(|object| object["kind"] == "Namespace" && object["metadata"]["name"] == name.as_str());
        let labels = labels.map_or(Value::Null, |object| object["metadata"]["labels"].clone());
        if kubectl.get("namespace", "", name)?.is_none() {
            let metadata = serde_json::json!({"name": name, "labels": labels});
            needed.push(serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
        }
    }
    if !needed.is_empty() {
        kubectl.apply(&list(&needed))?;
    }
    let ours: Vec<_> = ours.into_iter().cloned().collect();
    let arguments = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", "-"];
    kubectl.run_with_input(&arguments, &list(&ours))?;
    let unknown: Vec<_> = unknown.into_iter().map(|(group, kind)| format!("{kind} of {group}")).collect();
    if !unknown.is_empty() {
        // Beginning so, it gets into the summary of tests/run.sh.
        println!("!!! LEFT OUT: validation of {}, which nobody here knows", unknown.join(", "));
    }
    Ok(format!("{} objects accepted", ours.len()))
}

fn list(items: &[Value]) -> String {
    serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

fn parse(manifests: &str) -> Result<Vec<Value>> {
    let mut objects = Vec::new();
    for document in serde_yaml_ng::Deserializer::from_str(manifests) {
        let object = Value::deserialize(document)?;
        if !object.is_null() {
            objects.push(object);
        }
    }
    Ok(objects)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
