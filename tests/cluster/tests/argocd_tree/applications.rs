//! Each Application: where its files are, and how it syncs.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use super::tree::{CLUSTERS, cluster, documents, files, is_ours, list, name, of_kind, root, sources, text};

#[test]
fn a_file_is_named_as_the_thing_it_makes() {
    for file in files("argocd/applications").into_iter().chain(files("argocd/projects")) {
        let objects = documents(&std::fs::read_to_string(&file).expect("a file"));
        assert_eq!(objects.len(), 1, "{}", file.display());
        assert_eq!(file.file_stem().and_then(|stem| stem.to_str()), Some(name(&objects[0])), "{}", file.display());
        assert_eq!(text(&objects[0]["metadata"]["namespace"]), "argocd", "{}", file.display());
    }
}

#[test]
fn every_application_is_synced_by_some_cluster() {
    let synced: BTreeSet<String> = CLUSTERS
        .iter()
        .flat_map(|name| cluster(name))
        .filter(|object| object["kind"] == "Application")
        .map(|object| name(&object).to_owned())
        .collect();
    for file in files("argocd/applications") {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(synced.contains(stem), "{}: in no cluster's kustomization", file.display());
    }
}

#[test]
fn only_the_root_is_applied_by_hand() {
    for cluster_name in CLUSTERS {
        let directory = format!("argocd/clusters/{cluster_name}");
        assert_eq!(files(&directory), [root().join(&directory).join("root.yaml")].into(), "{cluster_name}");
        let made = super::tree::build(&directory);
        assert!(made.iter().all(|object| name(object) != "root"), "{cluster_name}: the root must not sync itself");
        assert!(
            made.iter().all(|object| object["kind"] == "Application" || object["kind"] == "AppProject"),
            "{cluster_name}: the root's project allows Applications and AppProjects"
        );
    }
}

#[test]
fn what_is_synced_from_our_repository_exists() {
    for (cluster_name, application) in applications() {
        let ours = sources(&application).into_iter().filter(|source| is_ours(source));
        for path in ours.filter_map(|source| source["path"].as_str()) {
            // The overlays are another room's; here it counts that the two agree on names.
            let directory = root().join(path);
            assert!(directory.join("kustomization.yaml").is_file(), "{cluster_name} {}: no {path}", name(&application));
        }
        for source in sources(&application) {
            for values in list(&source["helm"]["valueFiles"]) {
                let path = text(values).strip_prefix("$values/").expect("values of our repository");
                assert!(root().join(path).is_file(), "{cluster_name} {}: no {path}", name(&application));
            }
            for component in list(&source["kustomize"]["components"]) {
                let path = root().join(text(&source["path"])).join(text(component)).join("kustomization.yaml");
                assert!(path.is_file(), "{cluster_name} {}: no {}", name(&application), path.display());
            }
        }
    }
}

#[test]
fn a_commit_elsewhere_renders_nothing_again() {
    for (cluster_name, application) in applications() {
        let paths = text(&application["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"]);
        for source in sources(&application) {
            let directory = source["path"].as_str().filter(|_| is_ours(source));
            let files = list(&source["helm"]["valueFiles"]).iter().map(|file| text(file).replace("$values/", ""));
            for path in directory.map(str::to_owned).into_iter().chain(files) {
                // A point is the source's own directory.
                let covered = paths.split(';').any(|covered| {
                    covered == "." && directory.is_some() || format!("/{path}/").starts_with(&format!("{covered}/"))
                });
                assert!(covered, "{cluster_name} {}: {path} is not below {paths}", name(&application));
            }
        }
    }
}

#[test]
fn every_application_heals_itself_and_lets_a_fix_through() {
    for (cluster_name, application) in applications() {
        let policy = &application["spec"]["syncPolicy"];
        let who = format!("{cluster_name} {}", name(&application));
        assert_eq!(policy["automated"]["prune"], true, "{who}");
        assert_eq!(policy["automated"]["selfHeal"], true, "{who}");
        // Both were seen to block a fix when left to their defaults.
        assert_eq!(policy["retry"]["refresh"], true, "{who}: retries would stay at the old revision");
        // On a machine of one's own, environments have longer tries, and one less.
        let is_environment = application["metadata"]["labels"]["app.kubernetes.io/part-of"] == "dog-gif-app";
        let retries = if cluster_name == "local" && is_environment { 1 } else { 2 };
        assert_eq!(policy["retry"]["limit"], retries, "{who}");
        assert_eq!(text(&policy["retry"]["backoff"]["maxDuration"]), "10s", "{who}");
        for option in ["ServerSideApply=true", "PruneLast=true"] {
            assert!(list(&policy["syncOptions"]).iter().any(|o| o == option), "{who}: no {option}");
        }
    }
}

#[test]
fn an_environment_comes_last_and_is_not_deleted_with_its_file() {
    for (cluster_name, application) in applications() {
        let annotations = &application["metadata"]["annotations"];
        let wave = |a: &Value| text(&a["argocd.argoproj.io/sync-wave"]).parse::<i32>().expect("a number");
        if application["spec"]["project"] == "apps" {
            assert_eq!(wave(annotations), 4, "{cluster_name} {}", name(&application));
            assert_eq!(text(&annotations["argocd.argoproj.io/sync-options"]), "Prune=confirm,Delete=confirm");
            assert!(application["metadata"]["finalizers"].is_null(), "{}", name(&application));
        } else if name(&application) != "root" {
            assert!(wave(annotations) <= 4, "{cluster_name} {}", name(&application));
        }
    }
}

fn applications() -> Vec<(&'static str, Value)> {
    CLUSTERS
        .into_iter()
        .flat_map(|name| of_kind(&cluster(name), "Application").map(|a| (name, a.clone())).collect::<Vec<_>>())
        .collect()
}
