//! What happens between looking and deleting: pushes, moved tags, promotions, and a registry that fails in the middle.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::json;

use super::git::refusal;
use super::images::Story;
use crate::commands::succeed;
use crate::front::{Front, Request, Response, rule};
use crate::registry::{INDEX, MANIFEST, REPOSITORY};

/// Does something once, when the last manifest was read for the plan and before anything is deleted.
fn between(registry: &str, act: impl Fn() + Send + Sync + 'static) -> Front {
    let lists = AtomicUsize::new(0);
    Front::start(
        registry,
        vec![rule(move |request| {
            // The first list is the plan's; the second is the look before deleting.
            let list =
                request.path.starts_with(&format!("/v2/{REPOSITORY}/tags/list")) && !request.path.contains("last=");
            if list && lists.fetch_add(1, Ordering::SeqCst) == 1 {
                act();
            }
            None
        })],
    )
}

fn put(host: &str, reference: &str, media_type: &str, body: Vec<u8>) {
    let address = format!("http://{host}/v2/{REPOSITORY}/manifests/{reference}");
    let answer = ureq::put(address).content_type(media_type).send(&body[..]).expect("a push");
    assert_eq!(answer.status(), 201);
}

#[test]
fn an_image_that_is_pushed_meanwhile_stays_with_all_that_it_shares_with_old_ones() {
    let story = Story::new(true).newest();
    // A release that brings an old platform along: to push it, only a new index is written.
    let (status, old) = story.registry.ask("GET", "manifests/0.2.0", "", b"");
    assert_eq!(status, 200);
    let old: serde_json::Value = serde_json::from_str(&old).expect("an index");
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [old["manifests"][1]]}).to_string();
    let host = story.registry.host.clone();
    let front = between(&story.registry.host, move || put(&host, "0.9.0", INDEX, index.clone().into_bytes()));
    let deleted = succeed(&mut story.git.cleanup(&front.host, &["--yes"]));
    assert!(deleted.contains("deleted 0.2.0\n"), "{deleted}");
    assert!(!story.registry.has("0.2.0"));
    assert_eq!(story.registry.missing("0.9.0"), [""; 0]);
    assert_eq!(story.harm(), [""; 0]);
}

#[test]
fn an_old_version_that_a_tag_is_moved_to_meanwhile_stays() {
    let story = Story::new(true).newest();
    let (_, old) = story.registry.ask("GET", "manifests/0.5.0", "", b"");
    story.registry.image(Some("stable"), 1, &["stable"]);
    let host = story.registry.host.clone();
    let front = between(&story.registry.host, move || put(&host, "stable", MANIFEST, old.clone().into_bytes()));
    let deleted = succeed(&mut story.git.cleanup(&front.host, &["--yes", "--newest", "1"]));
    assert!(deleted.contains("\ndelete  0.5.0 ") && deleted.contains("\ndeleted 0.6.0\n"), "{deleted}");
    assert!(story.registry.has("0.5.0") && !story.registry.has("0.6.0"), "{deleted}");
    assert_eq!(story.registry.missing("stable"), [""; 0]);
}

#[test]
fn a_promotion_meanwhile_ends_the_run() {
    let story = Arc::new(Story::new(true).newest());
    let (acting, replaced) = (story.clone(), story.replaced.clone());
    // After the first look at the branches, while the registry is being read.
    let done = OnceLock::new();
    let front = Front::start(
        &story.registry.host,
        vec![rule(move |_: &Request| {
            done.get_or_init(|| acting.git.run("staging", "0.2.0", &replaced, 0));
            None
        })],
    );
    let (shown, sentence) = refusal(&mut story.git.cleanup(&front.host, &["--yes"]));
    assert!(shown.contains("\ndelete  0.2.0 "), "{shown}");
    assert_eq!(
        sentence,
        "stopped with 0 deleted and 2 to go; what stays is whole, and a second run goes on: \
         origin has other branches than a moment ago: run this again"
    );
    let again = succeed(&mut story.git.cleanup(&front.host, &["--yes"]));
    assert!(again.contains("\nkeep    0.2.0 "), "{again}");
    assert_eq!(story.registry.missing("0.2.0"), [""; 0]);
}

/// After each single deletion the registry fails, and the next run begins with what that left.
#[test]
fn wherever_the_registry_fails_nothing_that_stays_is_harmed_and_the_next_run_goes_on() {
    let story = Story::new(true).newest();
    let (mut runs, mut told) = (0, 0);
    loop {
        let deletions = AtomicUsize::new(0);
        let front = Front::start(
            &story.registry.host,
            vec![rule(move |request| {
                let fails = request.method == "DELETE" && deletions.fetch_add(1, Ordering::SeqCst) > 0;
                // Not 500, after which the client tries again: that is the next test's.
                fails.then(|| Response::status(403))
            })],
        );
        let output = story.git.cleanup(&front.host, &["--yes"]).output().expect("a program");
        runs += 1;
        assert_eq!(story.harm(), [""; 0], "after {runs} runs");
        for tag in story.registry.tags() {
            assert_eq!(story.registry.missing(&tag), [""; 0], "{tag} after {runs} runs");
        }
        if output.status.success() {
            break;
        }
        assert_eq!(front.seen("DELETE").len(), 2, "it stops at once");
        // What no tag leads to any more is told by name.
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        let left = said.matches("sha256:").count();
        assert!(left == 0 || said.contains(", of which are left sha256:"), "{said}");
        told += left;
    }
    assert!(runs > 2 && told > 2, "{runs} runs, {told} leftovers");
    assert!(!story.registry.has("0.2.0") && !story.registry.has("0.5.0"));
}

#[test]
fn a_limit_is_waited_for_and_a_server_that_is_ill_for_a_moment_is_asked_again() {
    let story = Story::new(true).newest();
    let requests = AtomicUsize::new(0);
    let front = Front::start(
        &story.registry.host,
        vec![rule(move |request| match requests.fetch_add(1, Ordering::SeqCst) {
            number if number % 20 == 7 => Some(Response::status(429).with("Retry-After", "0")),
            number if number % 40 == 11 && request.method != "HEAD" => Some(Response::status(503)),
            _ => None,
        })],
    );
    let deleted = succeed(&mut story.git.cleanup(&front.host, &["--yes"]));
    assert!(deleted.ends_with("2 deleted.\n"), "{deleted}");
    assert_eq!(story.harm(), [""; 0]);
}
