//! Every query, asked of a Prometheus that has scraped the app while visitors came.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::board::{Board, filled};
use super::scraped::{NAMESPACE, Scraped};
use crate::harness::load::Crowd;
use crate::harness::monitoring::Prometheus;
use crate::harness::tree::read;
use crate::harness::{App, Database, wait};
use crate::observability::selectors::selectors;

/// How long visitors come before the panels are looked at: a rate needs some scrapes.
const VISITING: Duration = Duration::from_secs(8);
/// What Grafana would take for a rate with a scrape each second.
const WINDOW: &str = "4s";
/// Prometheus has these series itself, while an alert fires.
const ALERTS: &str = "ALERTS";

#[test]
fn every_panel_shows_figures_of_an_app_that_works() {
    let app = App::start(&Database::migrated());
    app.wait_until_ready();
    let scraped = Scraped::start();
    scraped.pods(&[(0, app.operations)]);
    let crowd = Crowd::of(4, &[app.address]);
    let begin = Instant::now();
    while begin.elapsed() < VISITING {
        let gif = app.get("/random.gif").header("location").expect("a redirect to a GIF").to_string();
        app.get(&gif);
        app.get("/nothing");
        wait::pass(Duration::from_millis(100));
    }
    crowd.disperse();

    let asked = Asked { prometheus: &scraped.prometheus, end: scraped.now() };
    let mut wrong = Vec::new();
    let boards = Board::all();
    let queries = |board: &Board| board.panels().map(|panel| panel.metrics_queries().count()).sum::<usize>();
    let seen: usize = boards.iter().map(queries).sum();
    for board in &boards {
        wrong.extend(asked.complaints(board));
        for annotation in board.json["annotations"]["list"].as_array().expect("annotations") {
            let expression = annotation["expr"].as_str().expect("a query");
            let found = match asked.series(expression) {
                // A deploy has just been, and nothing else that is marked.
                Ok(series) if annotation["name"] == "Deploys" && series.is_empty() => Some("no figures".to_string()),
                answer => answer.err(),
            };
            wrong.extend(
                found.map(|found| format!("{}: {found}: {expression}", board.place(&annotation["expr"].to_string()))),
            );
        }
        for variable in board.json["templating"]["list"].as_array().expect("variables") {
            let Some(query) = variable["query"].as_str().and_then(|query| query.strip_prefix("label_values(")) else {
                continue;
            };
            let (selector, label) = query.trim_end_matches(')').rsplit_once(", ").expect("a selector and a label");
            let values = asked.prometheus.query(&format!("count by ({label}) ({selector})"));
            let is_there = values.iter().any(|value| value["metric"][label] == NAMESPACE);
            assert!(
                is_there,
                "{}: nobody can choose {NAMESPACE}: {query}",
                board.place(&variable["query"].to_string())
            );
        }
    }
    println!("  {seen} queries of three dashboards, asked {:.1?} after the first visit", begin.elapsed());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(seen > 60, "only {seen} queries");

    // That it would be found, and where.
    let counter = boards.iter().find(|board| board.path.ends_with("/visit-counter.json")).expect("the visit counter");
    let wrong = asked.complaints(&counter.mistyped("visit_queue_depth{", "visit_queue_size{"));
    let line = 1 + read(&counter.path).lines().position(|line| line.contains("\"title\": \"Queue\"")).unwrap();
    let place = format!("{}:{line}: panel \"Queue\": neither the app nor the cluster", counter.path);
    assert!(wrong.len() == 1 && wrong[0].starts_with(&place), "{place}: {wrong:#?}");
    for (expression, legend, what) in [
        (
            "sum(visit_queue_size{namespace=\"$namespace\"})",
            "",
            "neither the app nor the cluster has a metric visit_queue_size",
        ),
        ("sum(visit_queue_depth)", "", "of every namespace"),
        ("sum(visit_queue_depth{namespace=\"$namespace\"}", "", "parse error"),
        ("visit_queue_depth{namespace=\"$namespace\", pod=\"none\"}", "", "no figures"),
        ("visit_queue_depth{namespace=\"$namespace\"}", "{{pid}}", "no label pid"),
        ("http_connections{namespace=\"$namespace\"}", "open", "2 series"),
    ] {
        let found = asked.complaint(expression, legend).unwrap_or_else(|| panic!("{expression} is accepted"));
        assert!(found.contains(what), "{expression}: {found}");
    }
}

/// A Prometheus at a moment.
struct Asked<'prometheus> {
    prometheus: &'prometheus Prometheus,
    end: f64,
}

impl Asked<'_> {
    /// What is wrong with the queries of a dashboard's panels, each with its place.
    fn complaints(&self, board: &Board) -> Vec<String> {
        let mut complaints = Vec::new();
        for panel in board.panels() {
            for (expression, legend) in panel.metrics_queries() {
                let found = self.complaint(expression, legend);
                complaints.extend(found.map(|found| format!("{}: {found}: {expression}", panel.place())));
            }
        }
        complaints
    }

    /// What is wrong with a query of a panel, and with how it calls its series.
    fn complaint(&self, expression: &str, legend: &str) -> Option<String> {
        let series = match self.series(expression) {
            Ok(series) => series,
            Err(why) => return Some(why),
        };
        let is_figure =
            |value: &Value| value[1].as_str().and_then(|text| text.parse().ok()).is_some_and(f64::is_finite);
        if !series.iter().any(|one| one["values"].as_array().expect("values").iter().any(is_figure)) {
            return Some("no figures".into());
        }
        let labels = legend.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0));
        let lacking = labels.clone().find(|label| series.iter().any(|one| one["metric"][*label].is_null()));
        if let Some(label) = lacking {
            return Some(format!("a series has no label {label}, which is in its name"));
        }
        let is_one_name = labels.count() == 0 && series.len() > 1;
        is_one_name.then(|| format!("{} series called {legend:?}", series.len()))
    }

    /// The series that a query gives, if it asks for what there is.
    fn series(&self, expression: &str) -> Result<Vec<Value>, String> {
        let expression = filled(expression, NAMESPACE, WINDOW);
        let series = self.prometheus.query_range(&expression, self.end - 4.0, self.end)?;
        for selector in selectors(self.prometheus, &expression) {
            let known = self.prometheus.query(&format!("count({})", selector.metric));
            if known.is_empty() && selector.metric != ALERTS {
                return Err(format!("neither the app nor the cluster has a metric {}", selector.metric));
            }
            if !selector.labels.contains("namespace") {
                return Err(format!("{} of every namespace", selector.metric));
            }
        }
        Ok(series)
    }
}
