//! What cannot be read in full is not cleaned up: one sentence, and nothing is deleted.

use std::fs;
use std::process::Command;

use super::git::{Git, command, refusal};
use super::images::Story;
use crate::commands::succeed;
use crate::front::{Front, Response, rule};
use crate::registry::Registry;

fn nothing_was_deleted(cleanup: &mut Command, expected: &str) {
    let (shown, sentence) = refusal(cleanup);
    assert_eq!(shown, "");
    assert!(sentence.starts_with("nothing was deleted: "), "{sentence}");
    assert!(sentence.contains(expected), "{sentence}");
}

#[test]
fn a_clone_without_its_history_is_refused() {
    let git = Git::new();
    git.commit("k8s/x.yaml", "x: 1\n", 3);
    let shallow = tempfile::tempdir().expect("a directory");
    let origin = format!("file://{}", git.origin().display());
    succeed(command("git", shallow.path()).args(["clone", "--quiet", "--depth", "1", &origin, "."]));
    let mut cleanup = git.cleanup("127.0.0.1:1", &["--yes"]);
    nothing_was_deleted(cleanup.current_dir(shallow.path()), "run `git fetch --unshallow`");
}

#[test]
fn a_clone_that_is_behind_its_origin_is_refused() {
    let git = Git::new();
    let behind = tempfile::tempdir().expect("a directory");
    succeed(command("git", behind.path()).args(["clone", "--quiet", &git.origin().display().to_string(), "."]));
    git.commit("k8s/x.yaml", "x: 1\n", 0);
    let mut cleanup = git.cleanup("127.0.0.1:1", &[]);
    nothing_was_deleted(cleanup.current_dir(behind.path()), "which this clone lacks: run `git fetch origin`");
    git.git(&["remote", "set-url", "origin", "/nowhere"]);
    nothing_was_deleted(&mut git.cleanup("127.0.0.1:1", &[]), "origin does not say which branches it has");
}

#[test]
fn a_clone_that_lacks_an_object_is_refused() {
    let git = Git::new();
    git.commit("k8s/x.yaml", "x: 1\n", 3);
    let id = git.git(&["rev-parse", "HEAD:k8s/x.yaml"]);
    fs::remove_file(git.root().join(".git/objects").join(&id[..2]).join(id[2..].trim_end())).expect("an object");
    nothing_was_deleted(&mut git.cleanup("127.0.0.1:1", &[]), "look at `git fsck`");
}

#[test]
fn a_registry_that_does_not_answer_in_full_is_refused_by_what_it_says() {
    let story = Story::new(true).newest();
    let git = &story.git;
    let front = |status: u16, of: &'static str| {
        Front::start(
            &story.registry.host,
            vec![rule(move |request| request.path.contains(of).then(|| Response::status(status)))],
        )
    };
    for (status, expected) in [
        (401, "does not know who asks (401): `docker login "),
        (403, "refuses (403): whoever asks needs the right to read and to delete there"),
        (404, "has no such thing (404): look at the name"),
        (429, "wants fewer requests (429), after some tries still: run this again in a quarter of an hour"),
        (500, "is ill (500), after some tries still: run this again when it is well"),
    ] {
        nothing_was_deleted(&mut git.cleanup(&front(status, "/tags/list").host, &["--yes"]), expected);
    }
    // Of one manifest among many, of one list of signatures, of one configuration.
    nothing_was_deleted(&mut git.cleanup(&front(500, "/manifests/0.3.0").host, &["--yes"]), "is ill (500)");
    nothing_was_deleted(&mut git.cleanup(&front(403, "/referrers/").host, &["--yes"]), "refuses (403)");
    nothing_was_deleted(&mut git.cleanup(&front(429, "/blobs/").host, &["--yes"]), "fewer requests (429)");
    nothing_was_deleted(
        &mut git.cleanup("127.0.0.1:1", &["--yes"]),
        "cannot be asked: look at its name and at the network",
    );
    assert_eq!(story.harm(), [""; 0]);
    assert!(story.registry.has("0.2.0"));
}

#[test]
fn a_registry_that_deletes_nothing_is_named_with_the_way_out() {
    let story = Story::new(true).newest();
    let front = Front::start(
        &story.registry.host,
        vec![rule(|request| (request.method == "DELETE").then(|| Response::status(405)))],
    );
    let (_, sentence) = refusal(&mut story.git.cleanup(&front.host, &["--yes"]));
    assert!(
        sentence.contains("deletes nothing this way (405): allow it (REGISTRY_STORAGE_DELETE_ENABLED=true"),
        "{sentence}"
    );
    assert!(story.registry.has("0.2.0"));
}

#[test]
fn the_password_that_docker_login_left_is_used() {
    let (registry, git) = (Registry::start(), Git::new());
    registry.image(Some("1.0.0"), 20, &["1.0.0"]);
    let front = Front::start(
        &registry.host,
        vec![rule(|request| {
            // dog:woof
            let known = request.header("Authorization") == Some("Basic ZG9nOndvb2Y=");
            (!known).then(|| Response::status(401).with("WWW-Authenticate", "Basic realm=\"dogs\""))
        })],
    );
    nothing_was_deleted(&mut git.cleanup(&front.host, &[]), &format!("(401): `docker login {}` first", front.host));
    let login = tempfile::tempdir().expect("a directory");
    let settings = format!(r#"{{"auths": {{"{}": {{"auth": "ZG9nOndvb2Y="}}}}}}"#, front.host);
    fs::write(login.path().join("config.json"), settings).expect("a file");
    let shown = succeed(git.cleanup(&front.host, &[]).env("DOCKER_CONFIG", login.path()));
    assert!(shown.contains("keep  1.0.0 "), "{shown}");
}

#[test]
fn a_wrong_argument_is_named() {
    let git = Git::new();
    let refused = |arguments: &[&str]| refusal(&mut git.cleanup("127.0.0.1:1", arguments)).1;
    assert_eq!(refused(&["--days", "many"]), "DAYS is `many`, which is no number: say DAYS=90, or leave it out");
    assert_eq!(refused(&["--newest=-1"]), "NEWEST is `-1`, which is no number: say NEWEST=3, or leave it out");
    assert!(refused(&["--newest", "0"]).starts_with("NEWEST is 0: one version stays at least"));
    assert_eq!(
        refused(&["--yes=maybe"]),
        "YES is `maybe`, which means neither yes nor no: say YES=true, or leave it out"
    );
    assert_eq!(refused(&["--kind", "quay"]), "KIND is `quay`: say github, docker-hub, artifact-registry or oci");
    let (_, repository) = refusal(&mut git.cleanup_of("--images", "dogs/app", &[]));
    assert!(repository.starts_with("`dogs/app` is no repository: say host and path without a tag"), "{repository}");
    let (_, file) = refusal(&mut git.cleanup_of("--images", "./app", &[]));
    assert!(file.starts_with("`./app` is no repository: say host and path without a tag"), "{file}");
    let (_, directory) = refusal(&mut git.cleanup_of("--charts", "./charts", &[]));
    assert!(
        directory.contains("./charts/index.yaml cannot be read: CHARTS is a directory that has one"),
        "{directory}"
    );
    let branches = refused(&["--branches", "trunk"]);
    assert!(
        branches.ends_with("origin has no branch `trunk`: BRANCHES is to name those that clusters follow"),
        "{branches}"
    );
}
