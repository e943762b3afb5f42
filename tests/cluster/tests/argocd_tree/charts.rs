//! Other people's charts: at exact versions, and none that is given up.

use super::tree::{CLUSTERS, cluster, is_ours, list, name, of_kind, sources, text, values};

/// Names that must not come back, and why.
const GIVEN_UP: [(&str, &str); 3] = [
    ("bitnami", "its free images and charts are no longer updated"),
    ("ingress-nginx", "retired in March 2026; the Gateway API took its place"),
    ("promtail", "ended; the OpenTelemetry Collector took its place"),
];

#[test]
fn versions_are_exact() {
    for cluster_name in CLUSTERS {
        for application in of_kind(&cluster(cluster_name), "Application") {
            for source in sources(application) {
                let version = text(&source["targetRevision"]);
                let ours = is_ours(source);
                let numbers = version.trim_start_matches('v').split('.').collect::<Vec<_>>();
                let exact = numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok());
                assert!(exact || ours, "{cluster_name} {}: {version} is no exact version", name(application));
                assert!(!ours || matches!(version, "main" | "HEAD"), "{}: {version}", name(application));
            }
        }
    }
}

#[test]
fn no_chart_that_is_given_up() {
    for cluster_name in CLUSTERS {
        for application in of_kind(&cluster(cluster_name), "Application") {
            let said = serde_yaml_ng::to_string(application).expect("YAML").to_lowercase();
            for (given_up, why) in GIVEN_UP {
                assert!(!said.contains(given_up), "{}: {given_up} {why}", name(application));
            }
        }
    }
}

#[test]
fn the_local_cluster_pulls_no_chart() {
    for application in of_kind(&cluster("local"), "Application") {
        assert!(sources(application).iter().all(|source| source["chart"].is_null()), "{}", name(application));
    }
}

#[test]
fn argo_cds_kinds_come_at_the_version_of_its_image() {
    let values = values("k8s/platform/argo-cd/values.yaml");
    let objects = cluster("production");
    let argo_cd = of_kind(&objects, "Application").find(|application| name(application) == "argo-cd").expect("argo-cd");
    let kinds =
        list(&argo_cd["spec"]["sources"]).iter().find(|source| source["path"] == "manifests/crds").expect("kinds");
    assert_eq!(text(&kinds["targetRevision"]), text(&values["global"]["image"]["tag"]));
}
