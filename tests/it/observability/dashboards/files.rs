//! What a dashboard has to be before anybody asks it anything. Whether Grafana knows its fields, its own types say:
//! tests/dashboards/dashboards.test.js.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::board::{Board, Panel};

/// Panels without figures of a unit: lines of text.
const OF_TEXT: [&str; 2] = ["logs", "table"];

#[test]
fn every_panel_says_what_it_shows_and_in_which_unit() {
    for board in &Board::all() {
        for panel in board.panels() {
            let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_string();
            assert!(!panel.title().is_empty(), "{} has no title", panel.place());
            let description = text(&panel.json["description"]);
            assert!(description.ends_with('.'), "{} is described by no sentence: {description:?}", panel.place());
            let has_unit = !text(&panel.json["fieldConfig"]["defaults"]["unit"]).is_empty();
            let is_text = OF_TEXT.contains(&panel.json["type"].as_str().unwrap_or_default());
            assert!(has_unit || is_text, "{} has no unit", panel.place());
            assert!(panel.queries().count() > 0, "{} asks nothing", panel.place());
        }
    }
}

#[test]
fn nothing_is_there_twice() {
    let boards = Board::all();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut once = |what: String, place: String| {
        if let Some(before) = seen.insert(what.clone(), place.clone()) {
            panic!("{place} has {what}, as has {before}");
        }
    };
    for board in &boards {
        for name in ["uid", "title"] {
            once(format!("the {name} {}", board.json[name]), board.place(&format!("\"{name}\"")));
        }
        for panel in board.panels() {
            let of_board = |what: &str, value: &Value| format!("the {what} {value} on {}", board.path);
            once(of_board("id", &panel.json["id"]), panel.place());
            once(of_board("title", &panel.json["title"]), panel.place());
            let expressions: Vec<_> = panel.queries().map(|query| query["expr"].clone()).collect();
            let distinct: BTreeSet<_> = expressions.iter().map(Value::to_string).collect();
            assert_eq!(distinct.len(), expressions.len(), "{} asks the same twice", panel.place());
            let letters: BTreeSet<_> = panel.queries().map(|query| query["refId"].to_string()).collect();
            assert_eq!(letters.len(), expressions.len(), "{} has a refId twice", panel.place());
            // Across dashboards: one that shows what another does has no reason to be.
            once(
                format!("the type {} with the queries {}", panel.json["type"], Value::from(expressions)),
                panel.place(),
            );
        }
    }
}

#[test]
fn no_panel_covers_another() {
    for board in &Board::all() {
        let mut taken: BTreeMap<(u64, u64), String> = BTreeMap::new();
        for panel in board.panels() {
            let [x, y, w, h] = ["x", "y", "w", "h"].map(|name| panel.json["gridPos"][name].as_u64().expect("a place"));
            assert!(w > 0 && h > 0 && x + w <= 24, "{} leaves the grid", panel.place());
            for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
                if let Some(other) = taken.insert(cell, panel.place()) {
                    panic!("{} covers {other}", panel.place());
                }
            }
        }
    }
}

#[test]
fn data_comes_from_where_the_reader_says() {
    for board in &Board::all() {
        let variables = board.json["templating"]["list"].as_array().expect("variables");
        let variable = |name: &str| variables.iter().find(|variable| variable["name"] == name);
        for (name, kind) in [("metrics", "prometheus"), ("logs", "loki")] {
            let is_there = variable(name).is_some_and(|it| it["type"] == "datasource" && it["query"] == kind);
            assert!(is_there, "{} lets nobody choose a {kind}", board.path);
        }
        for panel in board.panels() {
            for source in panel.queries().map(|query| &query["datasource"]).chain([&panel.json["datasource"]]) {
                let name = source["uid"].as_str().and_then(|uid| uid.strip_prefix("${")?.strip_suffix('}'));
                let chosen = name.and_then(variable).map(|variable| &variable["query"]);
                assert_eq!(chosen, Some(&source["type"]), "{} asks {source}", panel.place());
            }
            for name in panel.queries().flat_map(|query| variables_of(query["expr"].as_str().unwrap_or_default())) {
                let is_known = name.starts_with("__") || variable(&name).is_some();
                assert!(is_known, "{} asks for ${name}, which nobody can choose", panel.place());
            }
        }
    }
}

#[test]
fn a_request_leads_to_its_lines() {
    let boards = Board::all();
    let operations = boards.iter().find(|board| board.json["uid"] == "dog-gif-app-operations").expect("operations");
    let takes = |panel: &Panel| {
        panel.queries().any(|query| query["expr"].to_string().contains("request_id=\\\"$request_id\\\""))
    };
    assert!(operations.panels().any(|panel| takes(&panel)), "no panel shows the lines of $request_id");
    let links: Vec<String> = operations
        .panels()
        .filter_map(|panel| panel.json["fieldConfig"]["overrides"].as_array().cloned())
        .flatten()
        .filter(|fields| fields["matcher"]["options"] == "request_id")
        .map(|fields| fields["properties"].to_string())
        .collect();
    assert!(!links.is_empty(), "no field request_id");
    for link in links {
        assert!(
            link.contains("/d/dog-gif-app-operations?") && link.contains("var-request_id=${__value.raw}"),
            "{link}"
        );
    }
}

#[test]
fn the_picture_shows_every_panel_and_says_that_it_is_not_grafana() {
    let picture =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/overview.svg")).expect("a picture");
    assert!(picture.contains(">Not Grafana: "), "the picture does not say what it is");
    let boards = Board::all();
    let overview = boards.iter().find(|board| board.json["uid"] == "dog-gif-app-overview").expect("the overview");
    for panel in overview.panels() {
        let is_drawn = picture.contains(&format!(">{}</text>", panel.title()));
        assert!(is_drawn, "{} is not in docs/overview.svg: run `make picture`", panel.place());
    }
    assert!(picture.len() < 32 * 1024, "{} bytes are no small picture", picture.len());
}

/// The names after each `$`.
fn variables_of(expression: &str) -> Vec<String> {
    let names = expression.split('$').skip(1).map(|rest| {
        let rest = rest.trim_start_matches('{');
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    });
    names.collect()
}
