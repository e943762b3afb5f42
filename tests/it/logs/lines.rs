//! What is stored of a line: its own time, what is looked for, and no more; and lines of all kinds.

use std::collections::BTreeSet;

use serde_json::Value;

use super::configuration::shipped;
use super::road::{CONTAINER, NAMESPACE, POD, Road};
use crate::harness::log_files::LogFile;
use crate::harness::log_road::{Collector, LogStore};
use crate::harness::process::new_directory;
use crate::harness::tree::{read, yaml};
use crate::harness::{App, Database, wait};

/// What Loki may make a label of, and what it keeps beside the lines of a pod.
const OF_THE_POD: [(&str, &str); 6] = [
    ("service.name", CONTAINER),
    ("k8s.namespace.name", NAMESPACE),
    ("k8s.container.name", CONTAINER),
    ("k8s.pod.name", POD),
    ("k8s.pod.uid", "0c8c1c1e-0000-4000-8000-00000000d06f"),
    ("k8s.container.restart_count", "0"),
];

/// Of the protocol, and of the store.
const OF_OTHERS: [&str; 8] =
    ["_msg", "_time", "_stream", "_stream_id", "scope.name", "scope.version", "severity_number", "severity_text"];

#[test]
#[ignore = "needs a collector and a store"]
fn a_line_is_stored_with_its_time_and_what_is_looked_for() {
    let app = App::start(&Database::fresh_sqlite());
    let road = Road::behind(&app, &shipped());
    app.ask("GET", "/nothing", &[("x-request-id", "stored-1")]);
    let told = app.log.wait_for("the request", wait::PATIENCE, |line| line["request_id"] == "stored-1");
    let line = wait::until("the line", wait::PATIENCE, || road.store.query("request_id:=\"stored-1\"").pop());

    let body: Value = serde_json::from_str(line["_msg"].as_str().unwrap()).expect("the line itself");
    assert_eq!(body, told, "as the program wrote it");
    assert_eq!(line["_time"], told["time"], "when the program wrote it, not when somebody read it");
    assert_eq!(line["severity_text"], "info");
    let expected =
        [("request_id", "stored-1"), ("route", told["route"].as_str().unwrap()), ("status", "404"), ("level", "info")];
    for (name, value) in OF_THE_POD.iter().chain(&expected) {
        assert_eq!(line[*name], *value, "{name}: {line}");
    }
    let known: BTreeSet<_> = OF_THE_POD.iter().chain(&expected).map(|(name, _)| *name).chain(OF_OTHERS).collect();
    let there: BTreeSet<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(there, known, "no field that nobody looks for");

    // Alerts of the collector's chart: its names are there only if the configuration says so.
    let metrics = road.collector.metrics();
    for name in ["receiver_refused_log_records_total", "exporter_queue_size", "exporter_queue_capacity"] {
        assert!(metrics.contains(&format!("\notelcol_{name}{{")), "{name} is not in\n{metrics}");
    }
}

#[test]
#[ignore = "needs a collector and a store"]
fn no_kind_of_line_is_left_out() {
    let (node, store) = (new_directory("node"), LogStore::start());
    let _collector = Collector::start(&shipped(), &node, &store);
    // More than containerd puts into one piece, JSON and not.
    let long = format!("{{\"msg\":\"{}\"}}", "woof ".repeat(8000));
    let lines = [
        "plain words",
        "{\"msg\":\"without a time\",\"level\":\"notice\"}",
        "{\"msg\":\"a time of its own kind\",\"time\":1764442034}",
        "{not JSON",
        "[\"a list\"]",
        &long,
        &"growl ".repeat(8000),
    ];
    let mut files = [("elsewhere", "web"), (NAMESPACE, CONTAINER), ("logging", "loki")]
        .map(|(namespace, container)| LogFile::new(&node, namespace, POD, container));
    for line in lines {
        files.iter_mut().for_each(|file| file.write(line));
    }
    for namespace in ["elsewhere", NAMESPACE] {
        let query = format!("{{k8s.namespace.name=\"{namespace}\"}}");
        let stored = wait::until("every line", wait::PATIENCE, || {
            let stored = store.query(&query);
            (stored.len() >= lines.len()).then_some(stored)
        });
        let stored: BTreeSet<_> = stored.iter().map(|line| line["_msg"].as_str().unwrap().to_string()).collect();
        assert_eq!(stored, lines.iter().map(ToString::to_string).collect(), "{namespace}");
    }
    assert!(store.query("{k8s.namespace.name=\"logging\"}").is_empty(), "each such line would make another");
}

#[test]
fn lokis_labels_are_few_and_the_dashboards_choose_by_them() {
    let loki = yaml("k8s/platform/logging/loki.yaml");
    let configured = &loki["loki"]["limits_config"]["otlp_config"]["resource_attributes"];
    assert_eq!(configured["ignore_defaults"], true);
    let mut kept = BTreeSet::new();
    let mut labels = BTreeSet::new();
    for entry in configured["attributes_config"].as_sequence().expect("attributes") {
        let attributes = entry["attributes"].as_sequence().unwrap().iter().map(|name| name.as_str().unwrap());
        if entry["action"] == "index_label" {
            labels.extend(attributes.clone().map(|name| name.replace('.', "_")));
        }
        kept.extend(attributes);
    }
    assert_eq!(kept, OF_THE_POD.iter().map(|(name, _)| *name).collect(), "what arrives, each with its place");
    let of_pods = ["pod", "request", "trace", "status", "route"];
    assert!(labels.iter().all(|label| of_pods.iter().all(|word| !label.contains(word))), "{labels:?}");

    let dashboards = read("k8s/dashboards/dashboard.js");
    let selector = dashboards.lines().find(|line| line.starts_with("export const LINES")).expect("what selects lines");
    let (_, selector) = selector.split_once('{').unwrap();
    for choice in selector.split_once('}').unwrap().0.split(", ") {
        let label = choice.split_once('=').unwrap().0;
        assert!(labels.contains(label), "the dashboards choose by {label}, of which Loki makes no label");
    }
}
