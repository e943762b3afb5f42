//! Every environment and every sensible combination of components renders, and what it renders is complete: names and
//! namespaces, images by digest, no field that nobody knows. The real API server judges the rest, in the leg `gitops`.

mod conformance;
mod snapshots;
mod tree;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use conformance::complaints;
use serde_yaml_ng::Value;
use tree::{COMPONENTS, Tree, images, name, text};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "production"];

/// What every combination of components renders.
static COMBINATIONS: LazyLock<BTreeMap<String, Vec<Value>>> = LazyLock::new(|| {
    let tree = Tree::copy();
    let build = |components: &[&str]| {
        let name = components.join(" + ");
        (name.clone(), tree.build(&tree.bare(components), &name))
    };
    tree::combinations().iter().map(|components| build(components)).collect()
});

#[test]
fn every_object_stands_in_its_environments_namespace() {
    let tree = Tree::copy();
    for environment in ENVIRONMENTS {
        complete(environment, &tree.build(&format!("k8s/overlays/{environment}"), environment));
    }
}

#[test]
fn on_a_cluster_of_ones_own_nothing_waits_for_an_absent_controller() {
    let tree = Tree::copy();
    for environment in ENVIRONMENTS {
        let objects = tree.build(&tree.with_components(environment, &["local"]), environment);
        complete(environment, &objects);
        for object in &objects {
            let group = text(&object["apiVersion"]).split('/').next().expect("a group");
            let built_in = !group.contains('.') || group.ends_with(".k8s.io") && group != "gateway.networking.k8s.io";
            assert!(built_in, "{environment}: {} {} has no controller there", text(&object["kind"]), name(object));
        }
        let databases: Vec<_> = objects.iter().filter(|object| object["kind"] == "StatefulSet").collect();
        assert_eq!(databases.len(), 1, "{environment}: one MySQL");
        for host in ["mysql", "mysql-haproxy"] {
            let found = objects.iter().any(|object| object["kind"] == "Service" && name(object) == host);
            assert!(found, "{environment}: nobody answers to {host}");
        }
        let everything = serde_yaml_ng::to_string(&objects).expect("YAML");
        assert!(!everything.contains("MYSQL_TLS_CA"), "{environment}: no authority is there to be read");
    }
}

#[test]
fn previews_lead_to_the_host_that_is_routed() {
    let tree = Tree::copy();
    for environment in ENVIRONMENTS {
        let objects = tree.build(&format!("k8s/overlays/{environment}"), environment);
        let route = objects.iter().find(|object| object["kind"] == "HTTPRoute").expect("a route");
        let [host] = &route["spec"]["hostnames"].as_sequence().expect("host names")[..] else {
            panic!("{environment}: one host name")
        };
        assert_eq!(text(public_url(&objects)), format!("https://{}", text(host)));

        let local = tree.build(&tree.with_components(environment, &["local"]), environment);
        assert_eq!(text(public_url(&local)), "", "{environment}: nobody finds that host on a cluster of one's own");
    }
}

#[test]
fn components_fit_together() {
    for (components, objects) in &*COMBINATIONS {
        println!("{components}");
        complete("any", objects);
    }
}

#[test]
fn kubeconform_knows_every_field() {
    let tree = Tree::copy();
    let mut rendered = COMBINATIONS.clone();
    for environment in ENVIRONMENTS {
        rendered.insert(environment.to_owned(), tree.build(&format!("k8s/overlays/{environment}"), environment));
        let local = tree.with_components(environment, &["local"]);
        rendered.insert(format!("{environment} + local"), tree.build(&local, environment));
    }
    for path in tree.kustomizations("k8s/platform") {
        rendered.insert(path.replace('/', " "), tree.build(&path, &path));
    }
    let complaints = complaints(&rendered);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn kubeconform_refuses_a_field_that_nobody_knows() {
    let tree = Tree::copy();
    let objects = tree.build("k8s/overlays/dev", "dev");
    // Of Kubernetes' own, at depth; of a kind that others define; in the metadata of such a one.
    for (kind, path) in [("Deployment", "spec/template/spec"), ("ExternalSecret", "spec"), ("HTTPRoute", "metadata")] {
        let mut object = objects.iter().find(|object| object["kind"] == kind).expect("an object").clone();
        let place = path.split('/').fold(&mut object, |place, key| &mut place[key]);
        place["unheardOf"] = true.into();
        let complaints = complaints(&BTreeMap::from([(kind.to_owned(), vec![object])]));
        let [complaint] = &complaints[..] else { panic!("{kind}: {complaints:?}") };
        let expected = format!("at '/{path}': additional properties 'unheardOf' not allowed");
        assert!(complaint.contains(&expected), "{complaint}");
    }
}

#[test]
fn every_component_says_what_it_brings_and_needs_and_is_combined_here() {
    let tree = Tree::copy();
    let combined = [
        "namespace",
        "mysql-accounts",
        "mysql-single",
        "mysql-replicated",
        "external-secrets",
        "vault",
        "backup",
        "backup-gcs",
        "gateway",
        "local",
    ];
    for component in tree.directories(COMPONENTS) {
        let opening = tree.read(&format!("{COMPONENTS}/{component}/kustomization.yaml"));
        assert!(opening.starts_with("# Brings:"), "{component}: does not open with what it brings");
        assert!(opening.contains("\n# Needs:"), "{component}: does not say what it needs");
        assert!(combined.contains(&component.as_str()), "{component}: in no combination of this test");
    }
}

#[test]
fn backups_run_the_image_that_serves() {
    let tree = Tree::copy();
    for environment in ["staging", "production"] {
        let objects = tree.build(&format!("k8s/overlays/{environment}"), environment);
        let serving = objects.iter().find(|object| object["kind"] == "Deployment").map(images).expect("a Deployment");
        let backups: Vec<_> = objects.iter().filter(|object| object["kind"] == "CronJob").collect();
        assert_eq!(backups.len(), 2, "{environment}: a backup and a drill");
        for backup in backups {
            assert_eq!(images(backup), serving, "{environment}: {}", name(backup));
        }
    }
}

fn public_url(objects: &[Value]) -> &Value {
    let is_settings = |object: &&Value| object["kind"] == "ConfigMap" && name(object) == "dog-gif-app";
    &objects.iter().find(is_settings).expect("the program's settings")["data"]["PUBLIC_URL"]
}

fn complete(environment: &str, objects: &[Value]) {
    let namespace = format!("dog-gif-app-{environment}");
    for object in objects {
        let what = format!("{environment}: {} {}", text(&object["kind"]), name(object));
        if object["kind"] == "Namespace" {
            assert_eq!(name(object), namespace, "{what}");
        } else {
            assert_eq!(object["metadata"]["namespace"].as_str(), Some(namespace.as_str()), "{what}");
        }
        for image in images(object) {
            let digest = image.split_once("@sha256:").map(|(_, digest)| digest);
            let whole =
                digest.is_some_and(|digest| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()));
            assert!(whole, "{what}: {image} names no digest");
        }
    }
    assert!(objects.iter().any(|object| object["kind"] == "Namespace"), "{environment}: no namespace");
}
