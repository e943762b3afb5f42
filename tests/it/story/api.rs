//! The JSON API.

use std::collections::HashSet;

use serde_json::Value;

use crate::harness::dogs::CERTAIN_DRAWS;
use crate::harness::http::Connection;
use crate::harness::{App, Database};

#[test]
fn a_gif_is_described_in_full() {
    let app = App::start(&Database::with_three_dogs());
    let rex = app.get("/api/v1/gifs/rex-test");
    assert_eq!(rex.header("content-type"), Some("application/json; charset=utf-8"));
    let rex = rex.json();
    let sha256 = rex["sha256"].as_str().unwrap();
    let expected = serde_json::json!({
        "slug": "rex-test", "title": "Rex & the <b>ball</b>", "alt": "Rex catches a ball \"again\"",
        "credit": "Ann Önymous", "license": "CC0-1.0", "source_url": "https://dogs.example/rex?a=1&b=2",
        "sha256": sha256, "animation_url": format!("/gifs/{sha256}.gif"), "still_url": format!("/gifs/{sha256}.png"),
        "page_url": "/dogs/rex-test", "size_bytes": crate::harness::dogs::gif_of(1, 4).len(),
        "width": 32, "height": 24, "frames": 4,
    });
    assert_eq!(rex, expected);
    assert_eq!(app.get("/api/v1/gifs/bella-test").json()["credit"], Value::Null);
    assert_eq!(app.get("/api/v1/gifs/no-such-dog").status, 404);
}

#[test]
fn the_catalogue_is_read_page_by_page() {
    let app = App::start(&Database::with_three_dogs());
    let mut after = String::new();
    let mut slugs = Vec::new();
    let total = loop {
        let page = app.get(&format!("/api/v1/gifs?limit=2{after}")).json();
        let gifs = page["gifs"].as_array().unwrap().clone();
        assert!(gifs.len() <= 2);
        slugs.extend(gifs.iter().map(|gif| gif["slug"].as_str().unwrap().to_string()));
        match page["next_after"].as_i64() {
            Some(next) => after = format!("&after={next}"),
            None => break page["total"].as_u64().unwrap(),
        }
    };
    assert_eq!(slugs.len() as u64, total);
    assert_eq!(slugs[slugs.len() - 3..], ["rex-test", "bella-test", "odie-test"]);
    let mut different = slugs.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), slugs.len(), "each GIF comes once");
}

#[test]
fn a_page_begins_right_behind_the_one_before() {
    let app = App::start(&Database::with_three_dogs());
    let all = app.get("/api/v1/gifs?limit=100").json()["gifs"].as_array().unwrap().clone();
    for limit in 1..all.len() {
        let page = app.get(&format!("/api/v1/gifs?limit={limit}")).json();
        assert_eq!(page["gifs"].as_array().unwrap()[..], all[..limit]);
        let next = app.get(&format!("/api/v1/gifs?limit=1&after={}", page["next_after"])).json();
        assert_eq!(next["gifs"][0], all[limit], "behind the first {limit}");
    }
}

#[test]
fn the_limit_goes_from_1_to_100() {
    let app = App::start(&Database::with_three_dogs());
    assert_eq!(app.get("/api/v1/gifs").json()["gifs"].as_array().unwrap().len(), 20, "unless something else is said");
    assert_eq!(app.get("/api/v1/gifs?limit=1").json()["gifs"].as_array().unwrap().len(), 1);
    assert_eq!(app.get("/api/v1/gifs?limit=100").status, 200);
    for limit in ["0", "101", "-1", "ten", "", "1.5", "99999999999999999999", "%00"] {
        let answer = app.get(&format!("/api/v1/gifs?limit={limit}"));
        assert_eq!(answer.status, 400, "{limit}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with("limit must be"), "{}", answer.text());
    }
}

#[test]
fn after_is_a_whole_number() {
    let app = App::start(&Database::with_three_dogs());
    let behind_all = app.get("/api/v1/gifs?after=9223372036854775807").json();
    assert_eq!((behind_all["gifs"].as_array().unwrap().len(), &behind_all["next_after"]), (0, &Value::Null));
    assert_eq!(app.get("/api/v1/gifs?after=-5").status, 200);
    for after in ["rex", "", "1e3", "9223372036854775808", "1;DROP TABLE gifs"] {
        let answer = app.get(&format!("/api/v1/gifs?after={}", after.replace(' ', "%20")));
        assert_eq!(answer.status, 400, "{after}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with("after must be"), "{}", answer.text());
    }
}

#[test]
fn a_random_gif_is_any_but_the_one_seen_last() {
    let app = App::start(&Database::with_three_dogs());
    let mut connection = Connection::open(app.address).unwrap();
    let mut draw = || {
        let gif = connection.ask("GET", "/api/v1/gifs/random?except=rex-test", &[], b"").unwrap().json();
        gif["slug"].as_str().unwrap().to_string()
    };
    let seen: HashSet<String> = (0..CERTAIN_DRAWS).map(|_| draw()).collect();
    assert!(!seen.contains("rex-test"), "{seen:?}");
    assert_eq!(seen.len(), 22, "{seen:?}");
}

#[test]
fn visits_are_counted_and_told() {
    let app = App::start(&Database::migrated());
    assert_eq!(app.get("/api/v1/visits").json(), serde_json::json!({"total": 0}));
    let counted = app.ask("POST", "/api/v1/visits", &[]);
    assert_eq!((counted.status, counted.json()), (201, serde_json::json!({"visitor": 1})));
    assert_eq!(app.get("/api/v1/visits").json(), serde_json::json!({"total": 1}));
}
