//! GitHub's, Docker Hub's and Google's own APIs, with answers in the shape that their documentation records.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::git::{Git, refusal};
use super::images::Story;
use crate::commands::succeed;
use crate::front::{Front, Response, Rule, rule};
use crate::registry::{REPOSITORY, Registry, ago};

/// A version of a package: an identifier, a digest, and how many days ago it came.
type Versions = Arc<Mutex<Vec<(usize, String, i64)>>>;

/// GHCR: OCI's deletions are refused, and a version is a manifest with all its tags, the last tagged of which stays.
fn github(registry: &Registry, versions: &Versions) -> Vec<Rule> {
    let place = "/users/dogs/packages/container/kennel%2Fapp/versions";
    let (upstream, versions) = (registry.host.clone(), versions.clone());
    vec![
        rule(|request| (request.method == "DELETE" && request.path.starts_with("/v2/")).then(|| Response::status(405))),
        rule(|request| {
            (request.path == "/users/dogs").then(|| Response::json(&json!({"login": "dogs", "type": "User"})))
        }),
        rule(move |request| {
            let rest = request.path.strip_prefix(place)?;
            if request.header("Authorization") != Some("Bearer secret") {
                return Some(Response::status(401));
            }
            let mut versions = versions.lock().expect("the versions");
            if request.method == "DELETE" {
                let id: usize = rest[1..].parse().expect("an identifier");
                let Some(at) = versions.iter().position(|version| version.0 == id) else {
                    return Some(Response::status(404));
                };
                let (_, digest, _) = versions.remove(at);
                let address = format!("http://{upstream}/v2/{REPOSITORY}/manifests/{digest}");
                assert_eq!(ureq::delete(address).call().expect("an answer").status(), 202);
                return Some(Response { status: 204, headers: Vec::new(), body: Vec::new() });
            }
            let page: usize = rest.split_once("&page=").map_or(1, |(_, page)| page.parse().expect("a page"));
            let tags = tags_by_digest(&upstream);
            // Not the hundred that are asked for: a server may give less.
            let some = versions.iter().skip((page - 1) * 5).take(5);
            let some: Vec<_> = some.map(|(id, digest, days)| version(*id, digest, *days, tags.get(digest))).collect();
            let answer = Response::json(&json!(some));
            let next =
                format!("<http://{}{place}?per_page=100&page={}>; rel=\"next\"", request.header("Host")?, page + 1);
            Some(if versions.len() > page * 5 { answer.with("Link", &next) } else { answer })
        }),
    ]
}

/// As <https://docs.github.com/rest/packages/packages> shows one.
fn version(id: usize, digest: &str, days: i64, tags: Option<&Vec<String>>) -> Value {
    json!({
        "id": id,
        "name": digest,
        "url": format!("https://api.github.com/users/dogs/packages/container/app/versions/{id}"),
        "package_html_url": "https://github.com/users/dogs/packages/container/package/app",
        "created_at": ago(days),
        "updated_at": ago(days),
        "html_url": format!("https://github.com/users/dogs/packages/container/app/{id}"),
        "metadata": {"package_type": "container", "container": {"tags": tags.cloned().unwrap_or_default()}},
    })
}

fn tags_by_digest(upstream: &str) -> BTreeMap<String, Vec<String>> {
    let list = ureq::get(format!("http://{upstream}/v2/{REPOSITORY}/tags/list")).call().expect("tags");
    let list: Value = serde_json::from_str(&list.into_body().read_to_string().expect("a text")).expect("JSON");
    let mut tags: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for tag in list["tags"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let address = format!("http://{upstream}/v2/{REPOSITORY}/manifests/{tag}");
        let accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";
        let answer = ureq::head(address).header("Accept", accept).call().expect("a manifest");
        let digest = answer.headers()["docker-content-digest"].to_str().expect("a digest").to_owned();
        tags.entry(digest).or_default().push(tag.to_owned());
    }
    tags
}

/// What is in the story's repository, each manifest as old as its tag says, and one that belongs to nothing.
fn versions(story: &Story) -> Versions {
    let loose = story.registry.image(None, 300, &["loose"]);
    let ages =
        [("0.1.0", 100), ("0.2.0", 97), ("0.3.0", 95), ("0.4.0", 60), ("0.5.0", 30), ("0.6.0", 20), ("0.7.0", 10)];
    let mut days: BTreeMap<String, i64> = story.registry.manifests().into_iter().map(|digest| (digest, 96)).collect();
    let named = story.registry.named();
    days.extend(ages.iter().map(|(tag, days)| (named[*tag].clone(), *days)));
    days.insert(named["0.8.0"].clone(), 2);
    days.insert(loose, 300);
    let numbered = days.into_iter().enumerate().map(|(at, (digest, days))| (1000 + at, digest, days));
    Arc::new(Mutex::new(numbered.collect()))
}

fn on_github(git: &Git, front: &Front, arguments: &[&str]) -> Command {
    let mut cleanup = git.cleanup(&front.host, &[&["--kind", "github"], arguments].concat());
    cleanup.env("GITHUB_API_URL", format!("http://{}", front.host)).env("GITHUB_TOKEN", "secret");
    cleanup
}

#[test]
fn on_github_versions_go_with_their_tags_and_untagged_ones_stay_that_are_needed() {
    let story = Story::new(true).newest();
    let versions = versions(&story);
    let before = versions.lock().expect("the versions").len();
    let front = Front::start(&story.registry.host, github(&story.registry, &versions));
    let shown = succeed(&mut on_github(&story.git, &front, &[]));
    assert!(shown.contains("\ndelete  0.2.0 ") && shown.contains("belongs to nothing\n"), "{shown}");
    assert_eq!(versions.lock().expect("the versions").len(), before);
    let deleted = succeed(&mut on_github(&story.git, &front, &["--yes"]));
    // 0.2.0 with its own platform, signature and their list; 0.5.0; and what belonged to nothing.
    assert!(deleted.ends_with("\n3 deleted.\n"), "{deleted}");
    assert_eq!(versions.lock().expect("the versions").len(), before - 6);
    assert_eq!(story.harm(), [""; 0]);
    let again = succeed(&mut on_github(&story.git, &front, &["--yes"]));
    assert!(again.contains("\n0 of "), "{again}");
}

#[test]
fn github_s_limits_are_waited_for_and_its_refusals_say_what_to_do() {
    let story = Story::new(true).newest();
    let versions = versions(&story);
    let front = |status: u16, after: &'static str| {
        let requests = AtomicUsize::new(0);
        let mut rules = github(&story.registry, &versions);
        let limit = rule(move |request| {
            let second = request.path.contains("/versions") && requests.fetch_add(1, Ordering::SeqCst) % 4 == 1;
            let answer = || Response::status(status).with("Retry-After", after);
            second.then(answer)
        });
        rules.insert(0, limit);
        Front::start(&story.registry.host, rules)
    };
    let (_, sentence) = refusal(on_github(&story.git, &front(429, "3600"), &["--yes"]).env("GITHUB_TOKEN", "secret"));
    assert!(
        sentence.starts_with("nothing was deleted: GitHub's packages API wants fewer requests (429)"),
        "{sentence}"
    );
    let (_, sentence) = refusal(on_github(&story.git, &front(429, "0"), &["--yes"]).env("GITHUB_TOKEN", "wrong"));
    assert!(
        sentence.contains("does not know who asks (401): set GITHUB_TOKEN to a token with read:packages"),
        "{sentence}"
    );
    let deleted = succeed(&mut on_github(&story.git, &front(403, "0"), &["--yes"]));
    assert!(deleted.ends_with("\n3 deleted.\n"), "{deleted}");
    assert_eq!(story.harm(), [""; 0]);
}

#[test]
fn docker_hub_deletes_tags_and_says_when_they_came() {
    let story = Story::new(true).newest();
    let (host, tags) = (story.registry.host.clone(), "/v2/namespaces/dogs/repositories/kennel/app/tags");
    let list = story.registry.tags();
    let deletes = rule(move |request| {
        if request.method == "DELETE" && request.path.contains("/manifests/") {
            return Some(Response::status(405));
        }
        if request.path == "/v2/auth/token" {
            return Some(Response::json(&json!({"access_token": "secret"})));
        }
        let rest = request.path.strip_prefix(tags)?;
        if request.header("Authorization") != Some("Bearer secret") {
            return Some(Response::status(401));
        }
        if let Some(tag) = rest.strip_prefix('/') {
            let status =
                ureq::delete(format!("http://{host}/v2/{REPOSITORY}/manifests/{tag}")).call().expect("an answer");
            assert_eq!(status.status(), 202);
            return Some(Response { status: 204, headers: Vec::new(), body: Vec::new() });
        }
        let pushed = |tag: &String| json!({"name": tag, "tag_last_pushed": ago(if ["0.5.0", "0.6.0", "0.7.0", "0.8.0"].contains(&tag.as_str()) { 1 } else { 50 })});
        let (first, second): (Vec<_>, Vec<_>) = list.iter().map(pushed).enumerate().partition(|(at, _)| *at < 4);
        let next = format!("http://{}{tags}?page_size=100&page=2", request.header("Host")?);
        let (page, next) = if rest.contains("&page=2") { (second, Value::Null) } else { (first, json!(next)) };
        let results: Vec<_> = page.into_iter().map(|(_, tag)| tag).collect();
        Some(Response::json(&json!({"count": list.len(), "next": next, "previous": null, "results": results})))
    });
    let front = Front::start(&story.registry.host, vec![deletes]);
    let mut cleanup = story.git.cleanup(&front.host, &["--kind", "docker-hub", "--yes"]);
    let deleted = succeed(cleanup.env("DOCKERHUB_URL", format!("http://{}", front.host)));
    // Made long ago, pushed yesterday.
    assert!(deleted.contains("\nkeep    0.5.0 ") && deleted.contains("\ndeleted 0.2.0\n"), "{deleted}");
    assert!(story.registry.has("0.5.0") && !story.registry.has("0.2.0"));
    // Its signature's list was a tag, and is gone; what has none is left to the Hub.
    assert!(!story.registry.has(&story.replaced.replace(':', "-")) && story.registry.has(&story.replaced));
    assert_eq!(story.harm(), [""; 0]);
}

#[test]
fn artifact_registry_says_when_images_came_and_loses_tags_first() {
    let story = Story::new(true).newest();
    let manifests = story.registry.manifests();
    let young = ["0.5.0", "0.6.0", "0.7.0", "0.8.0"].map(|tag| story.registry.named()[tag].clone());
    let images = rule(move |request| {
        let rest = request.path.strip_prefix("/v1/projects/dogs/locations/")?;
        assert!(rest.contains("/repositories/kennel/dockerImages?"), "{rest}");
        if request.header("Authorization") != Some("Bearer secret") {
            return Some(Response::status(401));
        }
        let (first, second): (Vec<_>, Vec<_>) = manifests.iter().enumerate().partition(|(at, _)| *at < 3);
        let (page, next) = if rest.ends_with("pageToken=") { (first, "second") } else { (second, "") };
        let image = |digest: &String| {
            let days = if young.contains(digest) { 1 } else { 50 };
            json!({"uri": format!("{}/{REPOSITORY}@{digest}", request.header("Host").unwrap_or_default()), "uploadTime": ago(days)})
        };
        let page: Vec<_> = page.into_iter().map(|(_, digest)| image(digest)).collect();
        Some(Response::json(&json!({"dockerImages": page, "nextPageToken": next})))
    });
    let front = Front::start(&story.registry.host, vec![images]);
    let mut cleanup = story.git.cleanup(&front.host, &["--kind", "artifact-registry", "--yes"]);
    let address = format!("http://{}", front.host);
    let deleted = succeed(cleanup.env("ARTIFACT_REGISTRY_URL", address).env("GOOGLE_OAUTH_ACCESS_TOKEN", "secret"));
    assert!(deleted.contains("\nkeep    0.5.0 ") && deleted.contains("\ndeleted 0.2.0\n"), "{deleted}");
    assert!(!story.registry.has(&story.replaced) && !story.registry.has(&story.lost_signature));
    assert_eq!(story.harm(), [""; 0]);
    let order: Vec<_> = front.seen("DELETE").iter().map(|request| request.path.clone()).collect();
    let at = |end: &str| order.iter().position(|path| path.ends_with(end)).expect("a deletion");
    assert!(at("/0.2.0") < at(&story.replaced), "{order:?}");
}
