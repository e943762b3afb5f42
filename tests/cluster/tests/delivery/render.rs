//! `make render`: Argo CD's manifests, the same bytes wherever and by whomever it is run.

use std::path::Path;

use serde::Deserialize as _;
use serde_yaml_ng::Value;

use crate::checkout::{Checkout, digest, files, succeed};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "production"];

#[test]
fn every_environment_renders_as_manifests_of_its_version_and_nothing_else() {
    let checkout = Checkout::new();
    for environment in ENVIRONMENTS {
        let rendered = checkout.run(&["render", "--environment", environment]);
        let mut kinds = Vec::new();
        for document in serde_yaml_ng::Deserializer::from_str(&rendered) {
            let object = Value::deserialize(document).expect("YAML");
            kinds.push(object["kind"].as_str().expect("an object").to_owned());
        }
        for kind in ["Namespace", "Deployment", "Job", "Service"] {
            assert!(kinds.iter().any(|found| found == kind), "{environment} has no {kind}");
        }
        let image = format!("image: ghcr.io/dog-gif-app/dog-gif-app@{}\n", digest(1));
        assert!(rendered.contains(&image), "{environment} does not run its version");
    }
    assert!(checkout.changes().is_empty(), "rendering writes into the tree: {:?}", checkout.changes());
}

#[test]
fn the_bytes_do_not_depend_on_who_renders_and_where() {
    let checkout = Checkout::new();
    let arguments = ["render", "--environment", "staging"];
    let rendered = checkout.run(&arguments);
    assert_eq!(checkout.run(&arguments), rendered);
    assert_eq!(
        succeed(checkout.program(&arguments).current_dir(checkout.root().join("k8s/overlays/dev"))),
        rendered,
        "in another directory"
    );
    let mut elsewhere = checkout.program(&arguments);
    // Helm refuses to run with this one.
    elsewhere.env("HELM_DRIVER", "none");
    assert_eq!(succeed(&mut elsewhere), rendered, "with settings of Helm's");
    assert_eq!(succeed(&mut checkout.make(&["--silent", "render", "ENVIRONMENT=staging"])), rendered, "through make");
}

#[test]
fn what_is_not_committed_is_rendered_too() {
    let checkout = Checkout::new();
    checkout.bump("dev", "0.2.0", 2);
    assert!(checkout.run(&["render", "--environment", "dev"]).contains(&digest(2)));
}

#[test]
fn a_value_that_the_chart_refuses_is_named() {
    let checkout = Checkout::new();
    let values = checkout.read("k8s/overlays/dev/values.yaml");
    checkout.write("k8s/overlays/dev/values.yaml", &format!("{values}\nreplicaz: 2\n"));
    let complaint = checkout.refusal(&["render", "--environment", "dev"]);
    assert!(complaint.starts_with("k8s/overlays/dev does not render: "), "{complaint}");
    let output = checkout.program(&["render", "--environment", "dev"]).output().expect("the program");
    let everything = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(everything.contains("replicaz"), "{everything}");
}

#[test]
fn kustomize_is_called_as_argo_cd_is_told_to() {
    let checkout = Checkout::new();
    let values = "k8s/platform/argo-cd/values.yaml";
    checkout.edit(values, "kustomize.buildOptions: --enable-helm", "kustomize.buildOptions: --no-such-option");
    let sentence = checkout.refusal(&["render", "--environment", "dev"]);
    assert!(sentence.contains("--no-such-option"), "{sentence}");
    checkout.edit(values, "kustomize.buildOptions: --no-such-option", "another: option");
    let sentence = checkout.refusal(&["render", "--environment", "dev"]);
    assert!(
        sentence.starts_with("k8s/platform/argo-cd/values.yaml needs configs.cm.\"kustomize.buildOptions\""),
        "{sentence}"
    );
}

/// Argo CD tells Helm which APIs the cluster serves, and nobody tells it here: a chart that asks renders differently.
#[test]
fn our_chart_does_not_ask_what_the_cluster_can_do() {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../k8s/charts");
    let files = files(&charts);
    assert!(files.iter().any(|(path, _)| path.ends_with("templates/deployment.yaml")), "this looks in the wrong place");
    for (path, bytes) in files {
        for question in [".Capabilities", "lookup "] {
            let asked =
                String::from_utf8_lossy(&bytes).lines().any(|line| line.contains("{{") && line.contains(question));
            assert!(!asked, "{} asks the cluster: {question}", path.display());
        }
    }
}
