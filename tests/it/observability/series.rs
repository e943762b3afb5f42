//! Every series that a rule asks for is one of the running program's, or stands here with where it comes from.

use std::collections::BTreeSet;

use super::rules::{RULES, Rule, parse};
use super::selectors::{Selector, selectors};
use crate::harness::monitoring::Prometheus;
use crate::harness::tree::read;
use crate::harness::{App, Database, wait};

/// What others measure: the metric, the labels it has beside `job` and `namespace`, and where that is written.
const PLATFORM: [(&str, &[&str], &str); 5] = [
    ("kube_pod_container_status_restarts_total", &["pod", "container"], KUBE_STATE_METRICS_OF_PODS),
    ("kube_pod_container_resource_limits", &["pod", "container", "resource"], KUBE_STATE_METRICS_OF_PODS),
    ("kube_cronjob_created", &["cronjob"], KUBE_STATE_METRICS_OF_CRON_JOBS),
    ("kube_cronjob_status_last_successful_time", &["cronjob"], KUBE_STATE_METRICS_OF_CRON_JOBS),
    ("certmanager_certificate_expiration_timestamp_seconds", &["name"], "cert-manager, pkg/metrics/metrics.go"),
];
const KUBE_STATE_METRICS_OF_PODS: &str = "kube-state-metrics, docs/metrics/workload/pod-metrics.md";
const KUBE_STATE_METRICS_OF_CRON_JOBS: &str = "kube-state-metrics, docs/metrics/workload/cronjob-metrics.md";

/// As the Prometheus operator labels a pod's target.
const TARGET: &str = "namespace: test, pod: dog-gif-app-1, container: dog-gif-app";

#[test]
fn every_series_of_a_rule_exists() {
    let app = App::start(&Database::migrated());
    app.wait_until_ready();
    assert_eq!(app.get("/").status, 200);
    let picture = app.get("/api/v1/gifs/random").json()["animation_url"].as_str().map(String::from);
    assert_eq!(app.get(&picture.expect("the address of a GIF")).status, 200);
    let prometheus = Prometheus::start(&Prometheus::scraping(app.operations, TARGET), None);
    let is_scraped = || (!prometheus.query("http_requests_total{route=\"/\"}").is_empty()).then_some(());
    wait::until("a scrape", wait::PATIENCE, is_scraped);

    let text = read(RULES);
    let problems = problems(&prometheus, &parse(&text));
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));

    // That it would be found, and where.
    for (right, wrong) in [
        ("visit_queue_capacity{", "visit_queue_size{"),
        ("le=\"0.25\"", "le=\"0.3\""),
        ("(namespace, job, version, revision)", "(namespace, job, version, commit)"),
        ("kube_cronjob_created{", "kube_cronjob_made{"),
        ("resource=\"memory\"", "ressource=\"memory\""),
    ] {
        let text = text.replacen(right, wrong, 1);
        let line = 1 + text.lines().position(|line| line.contains(wrong)).expect("the rules have it");
        let problems = self::problems(&prometheus, &parse(&text));
        assert!(!problems.is_empty(), "{wrong} is not found");
        for problem in problems {
            let place: usize = problem.split(':').nth(1).unwrap().parse().unwrap();
            assert!(place <= line && line < place + 6, "{wrong} is in line {line}: {problem}");
        }
    }
}

/// What the rules ask for that is not there, each with its place.
fn problems(prometheus: &Prometheus, rules: &[Rule]) -> Vec<String> {
    let recorded: BTreeSet<_> = rules.iter().filter_map(|rule| rule.record.as_deref()).collect();
    let mut problems = Vec::new();
    for rule in rules {
        let selectors = selectors(prometheus, &rule.expr);
        assert!(!selectors.is_empty(), "{}: asks for nothing", rule.place);
        for Selector { metric, text, labels } in selectors {
            let wrong = match PLATFORM.iter().find(|(name, ..)| *name == metric) {
                _ if recorded.contains(metric.as_str()) => None,
                Some((_, has, source)) => labels
                    .iter()
                    .find(|label| !["job", "namespace"].contains(&label.as_str()) && !has.contains(&label.as_str()))
                    .map(|label| format!("{metric} has no label {label}; see {source}")),
                // A scrape that is late on a busy machine ends a series until the next one.
                None => match prometheus.query(&format!("last_over_time({text}[5m])")).as_slice() {
                    [] => Some(format!("the program shows no {text}")),
                    series => labels
                        .iter()
                        .find(|label| series.iter().any(|series| series["metric"][label.as_str()].is_null()))
                        .map(|label| format!("{text} has no label {label}")),
                },
            };
            problems.extend(
                wrong.map(|wrong| format!("{}: {} asks for what is not there: {wrong}", rule.place, rule.name())),
            );
        }
    }
    problems
}
