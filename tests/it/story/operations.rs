//! Probes, metrics and the end of a process.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::harness::app::timed;
use crate::harness::database::{Backend, backend};
use crate::harness::http::Connection;
use crate::harness::monitoring::program;
use crate::harness::{App, Database, wait};

/// Every metric of the contract, with the labels it must have.
const METRICS: [&str; 30] = [
    "http_requests_total{method=\"GET\",route=\"/\",status=\"200\"}",
    "http_requests_total{method=\"GET\",route=\"/\",status=\"500\"}",
    "http_requests_total{method=\"GET\",route=\"/\",status=\"503\"}",
    "http_requests_total{method=\"GET\",route=\"/dogs/{slug}\",status=\"500\"}",
    "http_requests_total{method=\"GET\",route=\"/dogs/{slug}\",status=\"503\"}",
    "http_request_duration_seconds_bucket{method=\"GET\",route=\"/\",le=\"0.0005\"}",
    "http_requests_in_flight",
    "http_connections{listener=\"website\"}",
    "http_connections_max{listener=\"operations\"}",
    "http_connections_delayed_total{listener=\"website\"}",
    "http_accept_failures_total{listener=\"website\"}",
    "dog_gif_visitors",
    "dog_gif_visits_total",
    "visit_commit_duration_seconds_count",
    "visit_batch_size_bucket{le=\"1\"}",
    "visit_commit_failures_total",
    "visit_queue_depth",
    "visit_queue_capacity",
    "visits_refused_total{reason=\"queue_full\"}",
    "visits_refused_total{reason=\"too_late\"}",
    "visits_refused_total{reason=\"stopped\"}",
    "visit_counting_stuck_seconds",
    "dog_gif_count_regressions_total",
    "store_pool_connections{state=\"idle\"}",
    "store_pool_connections{state=\"busy\"}",
    "gif_catalogue_size",
    "gif_cache_bytes",
    "gif_cache_requests_total{result=\"miss\"}",
    "process_resident_memory_bytes",
    "process_open_fds",
];

#[test]
fn the_probes_say_yes() {
    let app = App::start(&Database::migrated());
    app.wait_until_ready();
    assert_eq!(app.probe("/livez").text(), "ok\n");
    assert_eq!(app.probe("/readyz").text(), "ok\n");
    let kind = if backend() == Backend::Sqlite { "sqlite" } else { "mysql" };
    let expected = serde_json::json!({"version": env!("CARGO_PKG_VERSION"), "revision": "abc1234", "store": kind});
    assert_eq!(app.probe("/version").json(), expected);
    let build =
        format!("build_info{{revision=\"abc1234\",store=\"{kind}\",version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!(app.metric(&build), Some(1.0));
}

#[test]
fn operations_are_not_for_visitors_nor_pages_for_operators() {
    let app = App::start(&Database::migrated());
    for path in ["/metrics", "/livez", "/readyz", "/version"] {
        assert_eq!(app.get(path).status, 404, "{path}");
    }
    assert_eq!(app.probe("/").status, 404);
    assert_eq!(app.probe("/api/v1/visits").status, 404);
}

#[test]
fn every_metric_of_the_contract_is_there() {
    let app = App::start(&Database::with_three_dogs());
    app.get("/");
    app.get("/dogs/rex-test");
    app.get("/gifs/nothing.gif");
    let text = app.probe("/metrics").text();
    for name in METRICS {
        let is_there = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
        assert!(text.lines().any(is_there), "{name} is missing in\n{text}");
    }
    // Those that are there before the first visitor is refused.
    for reason in ["queue_full", "too_late", "stopped"] {
        assert_eq!(app.metric(&format!("visits_refused_total{{reason=\"{reason}\"}}")), Some(0.0));
    }
    assert!(text.contains("max()"), "the help of dog_gif_visitors says how to aggregate");
    assert_eq!(app.metric("dog_gif_visitors"), Some(2.0));
    assert_eq!(app.metric("dog_gif_visits_total"), Some(2.0));
    assert_eq!(app.metric("visit_queue_depth"), Some(0.0));
    assert_eq!(app.metric("http_requests_in_flight"), Some(0.0));
    assert_eq!(app.metric("http_requests_total{method=\"GET\",route=\"/dogs/{slug}\",status=\"200\"}"), Some(1.0));
}

#[test]
fn answers_to_operators_have_a_request_id_too() {
    let app = App::start(&Database::migrated());
    for path in ["/livez", "/readyz", "/metrics", "/version", "/nothing"] {
        assert_eq!(app.probe(path).header("x-request-id").map(str::len), Some(26), "{path}: a ULID");
        let mut connection = Connection::open(app.operations).unwrap();
        let answer = connection.ask("GET", path, &[("x-request-id", "probe-7")], b"").unwrap();
        assert_eq!(answer.header("x-request-id"), Some("probe-7"), "{path}");
    }
}

#[test]
fn addresses_that_lead_nowhere_share_one_label() {
    let app = App::start(&Database::migrated());
    for number in 0..20 {
        app.get(&format!("/nothing/{number}"));
        app.ask(&format!("METHOD{number}"), &format!("/{number}"), &[]);
    }
    let text = app.probe("/metrics").text();
    let series = text.lines().filter(|line| line.starts_with("http_requests_total{") && !line.ends_with(" 0")).count();
    assert_eq!(series, 2, "one for GET and one for all other methods:\n{text}");
    assert_eq!(app.metric("http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}"), Some(20.0));
}

#[test]
fn promtool_finds_nothing_to_say_about_the_metrics() {
    let app = App::start(&Database::migrated());
    app.get("/");
    let mut promtool = Command::new(program("promtool"))
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool");
    promtool.stdin.take().unwrap().write_all(&app.probe("/metrics").body).unwrap();
    let checked = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn the_gauge_of_readiness_says_what_the_probe_was_answered() {
    let app = App::start_with(&Database::migrated(), &[("DRAIN_SECONDS", "60")]);
    assert_eq!(app.metric("dog_gif_ready"), None, "nobody has asked");
    app.wait_until_ready();
    assert_eq!(app.metric("dog_gif_ready"), Some(1.0));
    app.terminate();
    wait::until("a probe that says no", wait::PATIENCE, || (app.probe("/readyz").status == 503).then_some(()));
    assert_eq!(app.metric("dog_gif_ready"), Some(0.0));
}

#[test]
fn sigterm_drains_and_then_stops() {
    let mut app = App::start_with(&Database::migrated(), &[("DRAIN_SECONDS", "2")]);
    app.wait_until_ready();
    let (took, status) = timed(|| {
        app.terminate();
        wait::until("a probe that says no", wait::PATIENCE, || (app.probe("/readyz").status == 503).then_some(()));
        assert_eq!(app.probe("/livez").status, 200);
        let page = app.get("/");
        assert_eq!((page.status, page.header("connection")), (200, Some("close")), "still served, but not kept");
        app.process.wait(wait::PATIENCE)
    });
    assert_eq!(status.code(), Some(0));
    assert!((1.9..4.0).contains(&took.as_secs_f64()), "it took {took:?}");
    assert_eq!(app.log.message("Stopping")["signal"], "SIGTERM");
    app.log.message("Stopped");
}

#[test]
fn a_second_signal_stops_at_once() {
    let mut app = App::start_with(&Database::migrated(), &[("DRAIN_SECONDS", "60")]);
    app.terminate();
    app.log.message("Stopping");
    app.process.signal(libc::SIGINT);
    let (took, status) = timed(|| app.process.wait(wait::PATIENCE));
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(2), "it took {took:?}");
}
