//! What each AppProject allows, against what is asked of it.

use serde_yaml_ng::Value;

use super::tree::{CLUSTERS, cluster, list, name, of_kind, sources, text};

#[test]
fn a_project_allows_its_applications_sources_and_destinations() {
    for cluster_name in CLUSTERS {
        let objects = cluster(cluster_name);
        for application in of_kind(&objects, "Application") {
            let who = format!("{cluster_name} {}", name(application));
            let project = of_kind(&objects, "AppProject")
                .find(|project| name(project) == text(&application["spec"]["project"]))
                .unwrap_or_else(|| panic!("{who}: no such project"));
            for source in sources(application) {
                let url = &source["repoURL"];
                assert!(list(&project["spec"]["sourceRepos"]).contains(url), "{who}: {url:?} is not allowed");
            }
            let destination = &application["spec"]["destination"];
            let allowed = list(&project["spec"]["destinations"]).iter().any(|allowed| {
                allowed["server"] == destination["server"]
                    && matches(text(&allowed["namespace"]), text(&destination["namespace"]))
            });
            assert!(allowed, "{who}: {destination:?} is not allowed");
        }
    }
}

#[test]
fn the_default_project_is_locked() {
    for cluster_name in CLUSTERS {
        let objects = cluster(cluster_name);
        let default = of_kind(&objects, "AppProject").find(|project| name(project) == "default").expect("default");
        for what in ["sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"] {
            assert_eq!(default["spec"][what], Value::Sequence(Vec::new()), "{cluster_name}: {what}");
        }
    }
}

#[test]
fn no_project_allows_everything() {
    for cluster_name in CLUSTERS {
        for project in of_kind(&cluster(cluster_name), "AppProject") {
            let spec = &project["spec"];
            let who = format!("{cluster_name} {}", name(project));
            assert!(list(&spec["sourceRepos"]).iter().all(|source| !text(source).contains('*')), "{who}: sourceRepos");
            assert!(list(&spec["destinations"]).iter().all(|to| text(&to["namespace"]) != "*"), "{who}: destinations");
            for kinds in ["clusterResourceWhitelist", "namespaceResourceWhitelist"] {
                assert!(list(&spec[kinds]).iter().all(|kind| text(&kind["kind"]) != "*"), "{who}: {kinds}");
            }
        }
    }
}

/// Only a star at the end is used.
fn matches(pattern: &str, namespace: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == namespace, |start| namespace.starts_with(start))
}
