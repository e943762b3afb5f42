//! Who hears of an alert: the very configuration of Alertmanager that the values of kube-prometheus-stack carry, asked of amtool
//! for each severity and environment, and then run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::webhook::Webhook;
use crate::harness::monitoring::{Alertmanager, program};
use crate::harness::process::new_directory;
use crate::harness::tree::yaml;
use crate::harness::wait;

const VALUES: &str = "k8s/platform/monitoring/kube-prometheus-stack.yaml";

/// Where the operator mounts the addresses.
const ADDRESSES: &str = "/etc/alertmanager/secrets/alertmanager-receivers";

/// An alert's cluster, namespace and severity, and who hears of it.
const HEARS: [(&str, &str, &str, &str); 20] = [
    ("production", "dog-gif-app-production", "page", "pager"),
    ("production", "dog-gif-app-production", "critical", "pager"),
    ("production", "dog-gif-app-production", "ticket", "tickets"),
    ("production", "dog-gif-app-production", "warning", "tickets"),
    ("production", "dog-gif-app-production", "info", "nobody"),
    // The gateway's certificate is cert-manager's to tell.
    ("production", "cert-manager", "page", "pager"),
    // Of a node, for example, which stands in no namespace.
    ("production", "", "critical", "pager"),
    ("production", "logging", "critical", "tickets"),
    ("nonproduction", "dog-gif-app-dev", "page", "tickets"),
    ("nonproduction", "dog-gif-app-dev", "critical", "tickets"),
    ("nonproduction", "dog-gif-app-dev", "ticket", "tickets"),
    ("nonproduction", "dog-gif-app-staging", "page", "tickets"),
    ("nonproduction", "dog-gif-app-staging", "ticket", "tickets"),
    ("nonproduction", "cert-manager", "page", "tickets"),
    // All environments on one cluster, which calls itself production.
    ("production", "dog-gif-app-dev", "page", "tickets"),
    ("production", "dog-gif-app-staging", "page", "tickets"),
    // A Prometheus that says of no cluster that it is production's.
    ("", "dog-gif-app-production", "page", "tickets"),
    // A severity that nobody has thought of, and none at all.
    ("production", "dog-gif-app-production", "urgent", "tickets"),
    ("production", "dog-gif-app-production", "", "tickets"),
    ("nonproduction", "dog-gif-app-dev", "none", "nobody"),
];

#[test]
fn every_severity_of_every_environment_has_its_hearer() {
    let file = written(&new_directory("routes"), &configuration());
    let checked = amtool(&["check-config".into(), file.display().to_string()]);
    assert!(checked.contains("SUCCESS") && checked.contains("4 receivers"), "{checked}");
    let mut wrong = Vec::new();
    for (cluster, namespace, severity, expected) in HEARS {
        let heard = hearer(
            &file,
            &[("alertname", "Any"), ("cluster", cluster), ("namespace", namespace), ("severity", severity)],
        );
        if heard != expected {
            wrong.push(format!("{severity} of {namespace} on {cluster}: {heard}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for cluster in ["production", "nonproduction"] {
        let watchdog = [("alertname", "Watchdog"), ("cluster", cluster), ("severity", "none")];
        assert_eq!(hearer(&file, &watchdog), "heartbeat");
    }
}

#[test]
fn a_page_reaches_the_pager_by_the_address_of_its_file_and_mutes_its_ticket() {
    let [pager, tickets, heartbeat] = [(); 3].map(|()| Webhook::open());
    let directory = new_directory("receivers");
    for (name, webhook) in [("pager", &pager), ("tickets", &tickets), ("heartbeat", &heartbeat)] {
        std::fs::write(directory.join(name), format!("http://{}/", webhook.address)).unwrap();
    }
    // Its files stand elsewhere here, and nobody waits for a minute.
    let mut hasty = configuration().replace(ADDRESSES, &directory.display().to_string());
    for duration in ["group_wait: 1m", "group_wait: 10s"] {
        assert!(hasty.contains(duration), "{hasty}");
        hasty = hasty.replace(duration, "group_wait: 1s");
    }
    let alertmanager = Alertmanager::configured(&hasty);
    let alert = |name: &str, namespace: &str, severity: &str| {
        let labels = json!({"alertname": name, "cluster": "production", "namespace": namespace, "severity": severity});
        json!({"labels": labels, "annotations": {"description": namespace}})
    };
    let ours = "dog-gif-app-production";
    alertmanager.tell(&json!([
        alert("Both", ours, "ticket"),
        alert("Both", ours, "page"),
        // A page of another namespace, or of another alert, mutes nothing.
        alert("Both", "dog-gif-app-staging", "ticket"),
        alert("Other", ours, "ticket"),
        alert("Watchdog", "monitoring", "none"),
        alert("Chatter", ours, "info"),
    ]));
    let told = |webhook: &Webhook| {
        let mut told: Vec<_> =
            webhook.all().into_iter().map(|told| format!("{} {}", told.name, told.severity)).collect();
        told.sort();
        told.dedup();
        told
    };
    wait::until("three messages", wait::PATIENCE, || {
        (told(&pager).len() == 1 && told(&tickets).len() == 2 && told(&heartbeat).len() == 1).then_some(())
    });
    // Longer than any group waits: what is muted would have come.
    wait::pass(Duration::from_secs(2));
    assert_eq!(told(&pager), ["Both page"]);
    assert_eq!(told(&tickets), ["Both ticket", "Other ticket"]);
    let both = tickets.all().into_iter().filter(|told| told.name == "Both").map(|told| told.description);
    let both: Vec<_> = both.collect();
    assert_eq!(both, ["dog-gif-app-staging"], "the ticket of production is muted, that of staging is not");
    assert_eq!(told(&heartbeat), ["Watchdog none"]);
}

/// What the chart puts into Alertmanager's Secret.
fn configuration() -> String {
    serde_yaml_ng::to_string(&yaml(VALUES)["alertmanager"]["config"]).expect("YAML")
}

fn written(directory: &Path, configuration: &str) -> PathBuf {
    let file = directory.join("alertmanager.yaml");
    std::fs::write(&file, configuration).unwrap();
    file
}

/// The receiver of an alert with these labels; an empty one is not there.
fn hearer(file: &Path, labels: &[(&str, &str)]) -> String {
    let mut arguments =
        vec!["config".into(), "routes".into(), "test".into(), format!("--config.file={}", file.display())];
    arguments
        .extend(labels.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")));
    amtool(&arguments).trim().into()
}

fn amtool(arguments: &[String]) -> String {
    let output = Command::new(program("amtool")).args(arguments).output().expect("amtool");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "amtool {}: {said}{complaint}", arguments.join(" "));
    said
}
