//! A promotion is a pull request that says what changes, of a version that somebody vouches for.

use std::fs;
use std::process::Command;

use super::scripts::{Checkout, GitHub};
use crate::commands::{clean, fail, succeed};

const DIGEST: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// dev runs what staging does not, yet; and a cosign that notes what it is asked, and answers as told.
fn ready(cosign: &str) -> Checkout {
    let checkout = Checkout::new();
    succeed(checkout.script("bump.sh").env("ENVIRONMENT", "dev").env("TAG", "0.2.0").env("DIGEST", DIGEST));
    checkout.cosign(cosign);
    checkout
}

fn promote(checkout: &Checkout, github: &GitHub) -> Command {
    let mut command = checkout.script("promote.sh");
    github.environment(&mut command);
    command.env("FROM", "dev").env("TO", "staging").env("COSIGN", checkout.root().join(".git/cosign"));
    command
}

#[test]
fn it_is_one_pull_request_with_the_difference_of_a_version_that_is_signed() {
    let (checkout, github) = (ready("exit 0"), GitHub::start());
    let said = succeed(&mut promote(&checkout, &github));
    assert!(said.ends_with("staging: pull request 1 promotes 0.2.0\n"), "{said}");
    let request = github.items.lock().expect("the list")[0].clone();
    assert_eq!(
        (request["title"].as_str(), request["head"].as_str(), request["base"].as_str()),
        (Some("staging: Promote 0.2.0 from dev"), Some("promote/staging"), Some("main"))
    );
    let body = request["body"].as_str().expect("a text");
    assert!(body.contains("changed Deployment dog-gif-app-staging/dog-gif-app\n") && body.contains(DIGEST), "{body}");
    let branch = succeed(clean("git", &checkout.origin()).args(["show", "--stat", "--format=%s", "promote/staging"]));
    assert!(branch.starts_with("staging: Promote 0.2.0 from dev\n") && branch.contains("1 file changed"), "{branch}");
    let asked = checkout.cosign_was_asked();
    assert!(
        asked.lines().all(|line| {
            line.contains(".github/workflows/release.yaml@refs/heads/main") && line.ends_with(&format!("@{DIGEST}"))
        }),
        "{asked}"
    );

    // Again, when main has gone on: the same branch, the same pull request.
    checkout.git(&["checkout", "--quiet", "--force", "--detach", "origin/main"]);
    let said = succeed(&mut promote(&checkout, &github));
    assert!(said.ends_with("staging: pull request 1 promotes 0.2.0\n"), "{said}");
    assert_eq!(github.items.lock().expect("the list").len(), 1);
}

#[test]
fn what_nobody_signed_is_not_promoted() {
    let (checkout, github) = (ready("echo 'no signatures found' >&2; exit 10"), GitHub::start());
    let said = fail(&mut promote(&checkout, &github));
    assert!(said.contains("no signatures found"), "{said}");
    assert!(github.items.lock().expect("the list").is_empty());
    let branches = succeed(clean("git", &checkout.origin()).args(["branch", "--format=%(refname:short)"]));
    assert_eq!(branches, "main\n");
}

#[test]
fn a_token_that_may_not_is_told_in_a_sentence() {
    let (checkout, github) = (ready("exit 0"), GitHub::start());
    let said = fail(promote(&checkout, &github).env("GITHUB_TOKEN", "wrong"));
    let last = said.lines().last().unwrap_or_default();
    assert!(last.ends_with("(401): the job's permissions lack it, or GITHUB_TOKEN is no token"), "{said}");
}

#[test]
fn the_difference_stands_in_one_comment_and_in_the_summary() {
    let (checkout, github) = (Checkout::new(), GitHub::start());
    let summary = checkout.root().join("summary");
    let text = checkout.root().join("text");
    for difference in ["first", &"long ".repeat(20_000)] {
        fs::write(&text, difference).expect("a file");
        let mut command = checkout.script("comment.sh");
        github.environment(&mut command);
        command.env("TITLE", "What changes").env("PULL_REQUEST", "7").env("GITHUB_STEP_SUMMARY", &summary);
        succeed(command.stdin(fs::File::open(&text).expect("a file")));
    }
    let comments = github.items.lock().expect("the list");
    let [comment] = &comments[..] else { panic!("{comments:?}") };
    let body = comment["body"].as_str().expect("a text");
    assert!(body.starts_with("<!-- What changes -->") && body.contains("stands in the summary"), "{}", &body[..200]);
    assert!(body.len() < 65_536 && fs::read_to_string(&summary).expect("a summary").len() > 100_000);
    // Without a pull request of ours, the summary alone.
    let mut command = checkout.script("comment.sh");
    command.env("TITLE", "What changes").env("GITHUB_STEP_SUMMARY", &summary);
    succeed(command.stdin(fs::File::open(&text).expect("a file")));
    assert_eq!(comments.len(), 1);
}
