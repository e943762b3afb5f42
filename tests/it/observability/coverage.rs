//! Every alert has a test of each kind and a runbook, and every runbook has an alert or is a procedure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::rules::{RULES, Rule, parse, tests};
use crate::harness::tree::{read, root};

/// What people do, whether an alert says so or not.
const PROCEDURES: [&str; 7] = ["bootstrap", "cleanup", "error-page", "outage", "promotion", "restore", "rollback"];

const RUNBOOKS: &str = "docs/runbooks";

/// Where the repository is, as pagers link to it.
const ADDRESS: &str = "https://github.com/dog-gif-app/dog-gif-app/blob/main";

#[derive(Deserialize)]
struct File {
    tests: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    alert_rule_test: Vec<Moment>,
}

#[derive(Deserialize)]
struct Moment {
    alertname: String,
    #[serde(default)]
    exp_alerts: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    exp_labels: BTreeMap<String, String>,
}

/// What a test shows of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Fires,
    Resolves,
    /// In a scenario in which it never fires.
    StaysSilent,
}

#[test]
fn every_alert_is_tested_and_explained() {
    let shown = shown(&tests().iter().map(read).collect::<Vec<_>>());
    let problems = problems(&parse(&read(RULES)), &shown, &|path| root().join(path).is_file());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn an_alert_without_tests_or_runbook_is_named_with_its_line() {
    let text = read(RULES).replace("- alert: DogGifAppQueueFills", "- alert: DogGifAppNobodyKnows");
    let line = 1 + text.lines().position(|line| line.contains("DogGifAppNobodyKnows")).unwrap();
    let shown = shown(&tests().iter().map(read).collect::<Vec<_>>());
    let problems = problems(&parse(&text), &shown, &|path| root().join(path).is_file());
    assert_eq!(problems.len(), 4, "a link that is another's, and no test of each kind: {problems:#?}");
    let place = format!("{RULES}:{line}: DogGifAppNobodyKnows (page)");
    assert!(problems.iter().all(|problem| problem.starts_with(&place)), "{problems:#?}");
}

#[test]
fn every_runbook_has_an_alert_or_is_a_procedure() {
    let rules = parse(&read(RULES));
    let alerts: BTreeSet<_> = rules.iter().filter_map(|rule| rule.alert.as_deref()).collect();
    for entry in root().join(RUNBOOKS).read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(alerts.contains(name) || PROCEDURES.contains(&name), "{}: there is no alert {name}", path.display());
        let heading = read(&path).lines().next().unwrap_or_default().to_string();
        if alerts.contains(name) {
            for part in ["**Means.** ", "**Look.** ", "**Do.** "] {
                let has = read(&path).lines().filter(|line| line.starts_with(part) || *line == part.trim()).count();
                assert_eq!(has, 1, "{}: one paragraph begins with {part}", path.display());
            }
        }
        let named = heading.starts_with(&format!("# {name}: ")) || PROCEDURES.contains(&name);
        assert!(named, "{}:1: the heading does not name its alert", path.display());
    }
}

/// What is wrong with the alerts among `rules`, of which tests have `shown` something, each with its place.
fn problems(rules: &[Rule], shown: &BTreeSet<(String, String, Kind)>, exists: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    for rule in rules.iter().filter(|rule| rule.alert.is_some()) {
        let (name, severity) = (rule.name(), rule.labels.get("severity").map_or("", String::as_str));
        let mut wrong = |what: &str| problems.push(format!("{}: {name} ({severity}) {what}", rule.place));
        if !["page", "ticket"].contains(&severity) {
            wrong("is neither page nor ticket");
        }
        for annotation in ["summary", "description"] {
            if rule.annotations.get(annotation).is_none_or(String::is_empty) {
                wrong(&format!("has no {annotation}"));
            }
        }
        if !rule.annotations.get("description").is_some_and(|text| text.contains("{{ $labels.")) {
            wrong("has a description without values");
        }
        let runbook = format!("{RUNBOOKS}/{name}.md");
        if rule.annotations.get("runbook_url") != Some(&format!("{ADDRESS}/{runbook}")) {
            wrong(&format!("does not link {runbook}"));
        } else if !exists(Path::new(&runbook)) {
            wrong(&format!("has no {runbook}"));
        }
        for kind in [Kind::Fires, Kind::Resolves, Kind::StaysSilent] {
            if !shown.contains(&(name.into(), severity.into(), kind)) {
                wrong(&format!("has no test: {kind:?}"));
            }
        }
    }
    problems
}

/// What the tests in `files` show of each alert and severity.
fn shown(files: &[String]) -> BTreeSet<(String, String, Kind)> {
    let mut shown = BTreeSet::new();
    for file in files {
        let file: File = serde_yaml_ng::from_str(file).unwrap();
        for scenario in file.tests {
            let mut fired = BTreeSet::new();
            for moment in &scenario.alert_rule_test {
                let now: BTreeSet<_> =
                    moment.exp_alerts.iter().map(|alert| alert.exp_labels["severity"].clone()).collect();
                for severity in ["page", "ticket"].map(String::from) {
                    let alert = (moment.alertname.clone(), severity.clone());
                    if now.contains(&severity) {
                        fired.insert(alert.clone());
                        shown.insert((alert.0, alert.1, Kind::Fires));
                    } else if fired.contains(&alert) {
                        shown.insert((alert.0, alert.1, Kind::Resolves));
                    }
                }
            }
            for moment in scenario.alert_rule_test {
                for severity in ["page", "ticket"].map(String::from) {
                    if !fired.contains(&(moment.alertname.clone(), severity.clone())) {
                        shown.insert((moment.alertname.clone(), severity, Kind::StaysSilent));
                    }
                }
            }
        }
    }
    shown
}
