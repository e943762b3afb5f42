//! What kubeconform says of rendered objects, strictly: no field that the pinned Kubernetes, or the definition of a kind,
//! does not know. Its schemas are made here, from the files that the pinned modules carry.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use cluster::control_plane::crds;
use cluster::tools::Tools;
use serde_json::{Value, json};
use serde_yaml_ng::Value as Object;

use crate::tree::text;

/// Groups whose definitions no module carries.
const FOREIGN: [&str; 1] = ["networking.gke.io"];

/// The parts of the tool `crds` that environments and platform have objects of.
const PARTS: [&str; 4] = ["cert-manager", "external-secrets", "gateway-api", "prometheus-operator"];

const OBJECT_META: &str = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// A line for each object that is wrong, of what was rendered under each name.
pub fn complaints(rendered: &BTreeMap<String, Vec<Object>>) -> Vec<String> {
    let tools = Tools::ready(&["kubeconform", "schemas", "crds"]).expect("kubeconform, and what it judges by");
    let directory = tempfile::tempdir().expect("a directory");
    let (schemas, manifests) = (directory.path().join("schemas"), directory.path().join("manifests"));
    fs::create_dir(&schemas).expect("a directory");
    fs::create_dir(&manifests).expect("a directory");
    let kinds = rendered.values().flatten().map(|object| text(&object["kind"])).collect();
    write_schemas(&tools, &kinds, &schemas);
    tell_the_unknown(rendered);
    for (name, objects) in rendered {
        let known = objects.iter().filter(|object| is_known(object));
        // As JSON, which is YAML too: an `off` without quotes would be a boolean to kubeconform.
        let known: Vec<_> = known.map(|object| serde_json::to_string(object).expect("JSON")).collect();
        fs::write(manifests.join(format!("{name}.yaml")), known.join("\n---\n")).expect("a file");
    }
    let output = Command::new(tools.binary("kubeconform").expect("kubeconform"))
        .args(["-strict", "-schema-location"])
        .arg(schemas.join("{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json"))
        .arg(".")
        .current_dir(&manifests)
        .output()
        .expect("kubeconform runs");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), said.is_empty(), "kubeconform: {said}{complaint}");
    said.lines().map(str::to_owned).collect()
}

/// Names in the summary of tests/run.sh what no schema here describes: past the test runner, which shows nothing of a
/// test that passes.
fn tell_the_unknown(rendered: &BTreeMap<String, Vec<Object>>) {
    let unknown = rendered.values().flatten().filter(|object| !is_known(object));
    let kinds: BTreeSet<_> = unknown.map(|object| text(&object["kind"])).collect();
    if !kinds.is_empty() {
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        writeln!(std::io::stdout(), "\n!!! LEFT OUT: judging the fields of {kinds}, of which no schema is here")
            .expect("output");
    }
}

fn is_known(object: &Object) -> bool {
    let group = text(&object["apiVersion"]).split('/').next().expect("a group");
    !FOREIGN.contains(&group) && (!group.ends_with("percona.com") || crds::percona().is_some())
}

/// A file for each of the kinds, where the template above looks for it.
fn write_schemas(tools: &Tools, kinds: &BTreeSet<&str>, to: &Path) {
    let specifications = tools.files("schemas").expect("Kubernetes' own schemas");
    for entry in fs::read_dir(specifications).expect("a directory") {
        let definitions = definitions(&entry.expect("an entry").path());
        for (name, definition) in definitions.as_object().into_iter().flatten() {
            for id in definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
                let [group, version, kind] = ["group", "version", "kind"].map(|key| id[key].as_str().expect("text"));
                if kinds.contains(kind) {
                    let reference = format!("#/components/schemas/{name}");
                    write(
                        to,
                        group,
                        version,
                        kind,
                        &json!({"$ref": reference, "components": {"schemas": definitions}}),
                    );
                }
            }
        }
    }
    let core = definitions(&specifications.join("api__v1_openapi.json"));
    for path in defining_files(tools) {
        let file = fs::read_to_string(&path).expect("a file");
        let wanted = |document: &&str| kinds.iter().any(|kind| document.contains(&format!("\n    kind: {kind}\n")));
        for document in file.split("\n---\n").filter(wanted) {
            let definition: Value = serde_yaml_ng::from_str(document).expect("a definition");
            let spec = &definition["spec"];
            let (group, kind) = (spec["group"].as_str(), spec["names"]["kind"].as_str());
            for version in spec["versions"].as_array().expect("versions") {
                let mut schema = version["schema"]["openAPIV3Schema"].clone();
                close(&mut schema);
                // It says of the metadata only that they are an object.
                schema["properties"]["metadata"] = json!({"$ref": OBJECT_META});
                schema["components"] = json!({"schemas": core});
                let version = version["name"].as_str().expect("a name");
                write(to, group.expect("a group"), version, kind.expect("a kind"), &schema);
            }
        }
    }
}

fn defining_files(tools: &Tools) -> Vec<PathBuf> {
    let root = tools.files("crds").expect("the definitions");
    let folders = PARTS.iter().map(|part| root.join(part)).chain(crds::percona());
    folders.flat_map(|folder| crds::definitions(&folder).expect("definitions")).collect()
}

/// What a group and version of Kubernetes consists of, by name.
fn definitions(specification: &Path) -> Value {
    let text = fs::read_to_string(specification).expect("a specification");
    let mut specification: Value = serde_json::from_str(&text).expect("JSON");
    let mut definitions = specification["components"]["schemas"].take();
    definitions.as_object_mut().into_iter().flat_map(|all| all.values_mut()).for_each(close);
    definitions
}

/// Leaves no room for other fields than those listed, but where the API server keeps what it does not know.
fn close(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let open = ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"];
    let open = open.iter().any(|key| schema.contains_key(*key));
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(close);
        if !open {
            schema.entry("additionalProperties").or_insert(Value::Bool(false));
        }
    }
    for inner in ["items", "additionalProperties"] {
        schema.get_mut(inner).into_iter().for_each(close);
    }
}

fn write(to: &Path, group: &str, version: &str, kind: &str, schema: &Value) {
    // kubeconform takes the version for the group where there is none.
    let group = if group.is_empty() { version } else { group };
    let name = format!("{group}_{version}_{}.json", kind.to_lowercase());
    fs::write(to.join(name), schema.to_string()).expect("a file");
}
