//! The collector's configuration as the values of its chart carry it, and whether it fits what stands around it.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use crate::harness::log_road::{Collector, Settings};
use crate::harness::tree::{read, yaml};

const VALUES: &str = "k8s/platform/logging/opentelemetry-collector.yaml";

/// What the chart sets beside `extraEnvs`.
const OF_THE_CHART: &str = "MY_POD_IP";

/// How a node's collector is run: word for word what the chart makes of the values.
pub fn shipped() -> Settings {
    settings(&yaml(VALUES))
}

/// The same with the processor that most configurations have.
pub fn usual() -> Settings {
    let mut values = yaml(VALUES);
    let configuration = &mut values["alternateConfig"];
    configuration["processors"]["batch"]["timeout"] = "5s".into();
    let processors = configuration["service"]["pipelines"]["logs"]["processors"].as_sequence_mut().unwrap();
    processors.push("batch".into());
    settings(&values)
}

fn settings(values: &Value) -> Settings {
    let arguments = values["command"]["extraArgs"].as_sequence().expect("arguments");
    Settings {
        configuration: serde_yaml_ng::to_string(&values["alternateConfig"]).unwrap(),
        arguments: arguments.iter().map(|argument| argument.as_str().unwrap().into()).collect(),
    }
}

#[test]
#[ignore = "needs a collector"]
fn the_collector_accepts_its_configuration_and_finds_a_misspelt_key() {
    let settings = shipped();
    let (accepted, said) = Collector::validate(&settings);
    assert!(accepted, "{said}");
    for (right, wrong) in
        [("start_at", "starts_at"), ("block_on_overflow", "block_on_overflows"), ("file_log", "filelogs")]
    {
        let misspelt = Settings { configuration: settings.configuration.replace(right, wrong), ..shipped() };
        let (accepted, said) = Collector::validate(&misspelt);
        assert!(!accepted && said.contains(wrong), "{wrong}: {said}");
    }
}

#[test]
fn every_variable_of_the_configuration_is_set_and_used() {
    let values = yaml(VALUES);
    let configuration = shipped().configuration;
    let used: BTreeSet<_> = configuration.split("${env:").skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    let set = values["extraEnvs"].as_sequence().expect("variables").iter();
    let set: BTreeSet<_> = set.map(|variable| variable["name"].as_str().unwrap()).chain([OF_THE_CHART]).collect();
    assert_eq!(used, set);
    assert!(!configuration.contains("{{"), "the chart takes that for a template of its own");
}

#[test]
fn the_image_is_of_the_version_that_is_tested() {
    let tag = yaml(VALUES)["image"]["tag"].as_str().expect("a tag").to_string();
    let pinned = read("tests/cluster/tools/opentelemetry-collector/go.mod");
    assert!(pinned.contains(&format!("/otelcol v{tag}\n")), "the tests do not build {tag}");
}
