//! A promotion is a pull request that says what changes, of a version that somebody vouches for.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::publish::{artifacts, release};
use super::scripts::{Checkout, GitHub};
use crate::commands::{clean, fail, succeed};
use crate::registry::{INDEX, MANIFEST, Registry, children, digest};
use crate::sigstore::Sigstore;

/// Who alone is believed.
const RELEASE: &str = "release.yaml@refs/heads/main";
const PROVENANCE: &str = "slsaprovenance1";
const REPRODUCTION: &str = "https://github.com/dog-gif-app/dog-gif-app/reproduction/v1";

/// dev runs what staging does not, yet, and a registry has it.
struct Released {
    checkout: Checkout,
    github: GitHub,
    sigstore: Sigstore,
    _registry: Registry,
    cosign: PathBuf,
    /// By digest, as that of amd64, which is a part of it.
    image: String,
    amd64: String,
}

impl Released {
    /// Signed and vouched for.
    fn new() -> Self {
        let released = Self::publish(true);
        // An action makes it.
        released.say(RELEASE, &released.image, &released.attestation(PROVENANCE));
        released
    }

    fn publish(signed: bool) -> Self {
        let (checkout, sigstore, registry) = (Checkout::new(), Sigstore::start(), Registry::start());
        let cosign = if signed { sigstore.cosign(&checkout, RELEASE) } else { checkout.cosign("exit 0") };
        let directory = tempfile::tempdir().expect("a directory");
        artifacts(&checkout, directory.path());
        let said = succeed(&mut release(&checkout, &registry, &cosign, directory.path()));
        let cosign = sigstore.cosign(&checkout, RELEASE);
        let value = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).expect("a value");
        let image = |digest: &str| format!("{}@{digest}", value("repository="));
        let (image, amd64) = (image(value("digest=")), image(value("amd64=")));
        checkout.commit("Use the registry of this test");
        checkout.git(&["push", "--quiet", "origin", "main"]);
        let mut bump = checkout.script("bump.sh");
        succeed(bump.env("ENVIRONMENT", "dev").env("TAG", "0.2.0").env("DIGEST", value("digest=")));
        Self { checkout, github: GitHub::start(), sigstore, _registry: registry, cosign, image, amd64 }
    }

    /// What makes cosign say something of an image that has happened twice.
    fn attestation(&self, kind: &str) -> Vec<String> {
        let path = self.checkout.home().join("predicate.json");
        let machine = json!({"machine": "mine", "run": ""});
        let image = json!({"architecture": "amd64", "digest": "sha256:1", "built": machine, "reproduced": machine});
        fs::write(&path, json!({"commit": "1234", "images": [image]}).to_string()).expect("a predicate");
        ["attest", "--type", kind, "--predicate", &path.display().to_string()].map(str::to_owned).to_vec()
    }

    /// Has cosign sign something as a workflow.
    fn say(&self, workflow: &str, image: &str, command: &[String]) {
        let cosign = self.sigstore.cosign(&self.checkout, workflow);
        let mut cosign = clean(cosign.to_str().expect("a path"), &self.checkout.root());
        succeed(cosign.args(command).args(["--yes", image]));
    }

    fn promote(&self) -> Command {
        let mut command = self.checkout.script("promote.sh");
        self.github.environment(&mut command);
        command.env("FROM", "dev").env("TO", "staging").env("COSIGN", &self.cosign);
        command
    }

    /// The last thing it says, when nothing has come of it.
    fn refusal(&self) -> String {
        let said = fail(&mut self.promote());
        assert!(self.github.items.lock().expect("the list").is_empty());
        let branches = succeed(clean("git", &self.checkout.origin()).args(["branch", "--format=%(refname:short)"]));
        assert_eq!(branches, "main\n");
        assert_eq!(self.checkout.git(&["status", "--porcelain"]), "");
        said.lines().last().unwrap_or_default().to_owned()
    }
}

/// Puts all that is said of another image beside this one, of which something is said already: under the tag that stands in
/// for the registry's own list.
fn repeat_of(image: &str, other: &str) {
    let (repository, image) = image.split_once('@').expect("a digest");
    let (_, other) = other.split_once('@').expect("a digest");
    let (host, name) = repository.split_once('/').expect("a name");
    let url = |reference: &str| format!("http://{host}/v2/{name}/manifests/{reference}");
    let get = |reference: &str| {
        let answer = ureq::get(url(reference)).header("Accept", [MANIFEST, INDEX].join(", ")).call();
        answer.expect("a manifest").into_body().read_to_string().expect("a text")
    };
    let json = |reference: &str| -> Value { serde_json::from_str(&get(reference)).expect("JSON") };
    let put = |reference: &str, kind: &str, manifest: &str| {
        ureq::put(url(reference)).content_type(kind).send(manifest).expect("a manifest");
    };
    let list_of = |digest: &str| digest.replace(':', "-");
    let mut list = json(&list_of(image));
    for referrer in children(&json(&list_of(other))) {
        let mut manifest = json(&referrer);
        manifest["subject"] = json!({"mediaType": INDEX, "digest": image, "size": get(image).len()});
        let text = manifest.to_string();
        let digest = digest(text.as_bytes());
        put(&digest, MANIFEST, &text);
        let mut entry = list["manifests"][0].clone();
        entry["digest"] = digest.into();
        entry["size"] = text.len().into();
        list["manifests"].as_array_mut().expect("a list").push(entry);
    }
    put(&list_of(image), INDEX, &list.to_string());
}

#[test]
fn it_is_one_pull_request_with_the_difference_of_a_version_that_is_vouched_for() {
    let released = Released::new();
    let said = succeed(&mut released.promote());
    assert!(said.ends_with("staging: pull request 1 promotes 0.2.0\n"), "{said}");
    let request = released.github.items.lock().expect("the list")[0].clone();
    assert_eq!(
        (request["title"].as_str(), request["head"].as_str(), request["base"].as_str()),
        (Some("staging: Promote 0.2.0 from dev"), Some("promote/staging"), Some("main"))
    );
    let body = request["body"].as_str().expect("a text");
    assert!(body.starts_with(&format!("Signed by release.yaml, with provenance: `{}`\n", released.image)), "{body}");
    let commit = released.checkout.git(&["rev-list", "--max-parents=0", "HEAD"]);
    let twice =
        format!("\n\nBuilt twice, byte for byte the same, at commit {}:\n\n- amd64 `sha256:", commit.trim_end());
    assert!(body.contains(&twice), "{body}");
    let run = "https://github.com/me/dogs/actions/runs/7/attempts/1";
    let machines = format!("` on [Runner 0]({run}) and on [Runner 1]({run})\n");
    assert_eq!(body.matches(&machines).count(), 2, "{body}");
    assert!(body.contains("\n\n~~~~diff\n# staging: 0.1.0 "), "{body}");
    assert!(body.contains("changed Deployment dog-gif-app-staging/dog-gif-app\n"), "{body}");
    let origin = released.checkout.origin();
    let branch = succeed(clean("git", &origin).args(["show", "--stat", "--format=%s", "promote/staging"]));
    assert!(branch.starts_with("staging: Promote 0.2.0 from dev\n") && branch.contains("1 file changed"), "{branch}");

    // Again, when main has gone on: the same branch, the same pull request.
    released.checkout.git(&["checkout", "--quiet", "--force", "--detach", "origin/main"]);
    let said = succeed(&mut released.promote());
    assert!(said.ends_with("staging: pull request 1 promotes 0.2.0\n"), "{said}");
    assert_eq!(released.github.items.lock().expect("the list").len(), 1);
}

#[test]
fn what_nobody_vouches_for_is_not_promoted() {
    let released = Released::publish(false);
    for (what, command) in [
        ("signature", vec!["sign".to_owned()]),
        ("provenance", released.attestation(PROVENANCE)),
        ("reproduction", released.attestation(REPRODUCTION)),
    ] {
        let refusal = format!(
            "promote: {} has no {what} of release.yaml on main: promote a version that has one, or release it again",
            released.image
        );
        assert_eq!(released.refusal(), refusal);
        // Whoever may push to the registry may say anything as somebody else, and put what was said of another image here.
        released.say("ci.yaml@refs/heads/main", &released.image, &command);
        released.say("release.yaml@refs/heads/mine", &released.image, &command);
        released.say(RELEASE, &released.amd64, &command);
        repeat_of(&released.image, &released.amd64);
        assert_eq!(released.refusal(), refusal);
        released.say(RELEASE, &released.image, &command);
    }
    succeed(&mut released.promote());
}

#[test]
fn health_promotes_the_version_that_it_is_of_and_that_once() {
    let released = Released::new();
    let healthy = |commit: &str| {
        let commit = released.checkout.git(&["rev-parse", commit]);
        succeed(released.promote().env("HEALTHY", commit.trim_end()))
    };
    // Told late, of the version before.
    let said = healthy("HEAD~1");
    assert!(said.starts_with("staging: waits until dev is healthy with what it is to run since "), "{said}");
    assert!(released.github.items.lock().expect("the list").is_empty());
    let said = healthy("HEAD");
    assert!(said.ends_with("staging: pull request 1 promotes 0.2.0\n"), "{said}");
    // Merged, which makes dev healthy once more.
    assert_eq!(healthy("HEAD"), "staging: runs what dev runs\n");
    assert_eq!(released.github.items.lock().expect("the list").len(), 1);
}

#[test]
fn a_token_that_may_not_is_told_in_a_sentence() {
    let released = Released::new();
    let said = fail(released.promote().env("GITHUB_TOKEN", "wrong"));
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
