//! From the request id on an error page to its cause: one query, that of the runbook.

use super::configuration::shipped;
use super::road::{NAMESPACE, Road};
use crate::harness::app::text;
use crate::harness::tree::read;
use crate::harness::{App, Database, wait};

const RUNBOOK: &str = "docs/runbooks/error-page.md";

#[test]
#[ignore = "needs a collector and a store"]
fn one_query_leads_from_an_error_page_to_its_cause() {
    let nobody = [
        ("MYSQL_HOST", "127.0.0.1"),
        ("MYSQL_PORT", "1"),
        ("MYSQL_USER", "dog"),
        ("MYSQL_DATABASE", "dogs"),
        ("MYSQL_PASSWORD", "x"),
    ];
    let app = App::start_with(&Database::fresh_sqlite(), &nobody);
    let road = Road::behind(&app, &shipped());
    let page = app.get("/");
    assert_eq!(page.status, 503);
    let id = page.header("x-request-id").expect("an id").to_string();
    assert!(page.text().contains(&id), "the page shows it");
    // Others look at other pages.
    app.get("/nothing");

    let query = blocks()[1].replace("$namespace", NAMESPACE).replace("$request", &id);
    let lines = wait::until("both lines of the request", wait::PATIENCE, || {
        let lines = road.store.query(&query);
        (lines.len() >= 2).then_some(lines)
    });
    assert!(lines.iter().all(|line| line["request_id"] == *id), "{lines:#?}");
    let causes: Vec<String> = lines
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(text(&line["_msg"])).expect("JSON"))
        .filter(|line| line["level"] == "error")
        .map(|line| text(&line["cause"]).into())
        .collect();
    assert_eq!(causes, ["the visit was not committed in time"]);
    assert!(read(RUNBOOK).contains(&causes[0]), "the runbook says what to do about it");
    println!("  {query}\n    {}", causes[0]);
}

#[test]
fn loki_is_asked_the_same_in_its_own_words() {
    let [loki, victoria] = blocks();
    // Loki has no points in its names, and a bar before what is no label.
    let mut same = victoria
        .replace("k8s.namespace.name", "k8s_namespace_name")
        .replace("k8s.container.name", "k8s_container_name");
    same = same.replace("} request_id:=", "} | request_id=");
    assert_eq!(same, loki);
}

/// The query for Loki, and the one for its stand-in.
fn blocks() -> [String; 2] {
    let runbook = read(RUNBOOK);
    let block = |language: &str| {
        let (_, rest) =
            runbook.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("{RUNBOOK}: no {language}"));
        rest.split_once("\n```").expect("its end").0.to_string()
    };
    [block("logql"), block("logsql")]
}
