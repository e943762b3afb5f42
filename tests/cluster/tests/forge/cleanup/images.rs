//! What stays and what goes on a registry that speaks OCI and nothing else.

use std::collections::BTreeSet;

use serde_json::json;

use super::git::Git;
use crate::commands::succeed;
use crate::front::{Front, Response, Rule, rule};
use crate::registry::{INDEX, MANIFEST, REPOSITORY, Registry};

/// A registry that has seen a hundred days, and the Git history that goes with it.
pub struct Story {
    pub registry: Registry,
    pub git: Git,
    /// Of both platforms of 0.1.0 and 0.2.0: the first is the same image.
    pub shared: String,
    pub replaced: String,
    pub attestation: String,
    pub lost_signature: String,
}

impl Story {
    /// `listed`: signatures are found by their tag, as the registry has no referrers API.
    pub fn new(listed: bool) -> Self {
        let (registry, git) = (Registry::start(), Git::new());
        let shared = registry.image(None, 100, &["base", "amd64"]);
        let arm64 = registry.image(None, 100, &["base", "arm64"]);
        let running = registry.index(Some("0.1.0"), &[&shared, &arm64]);
        let signature = registry.about(&running, "application/vnd.dev.sigstore.bundle.v0.3+json", listed);
        let attestation = registry.about(&signature, "application/vnd.in-toto+json", listed);
        registry.about(&arm64, "application/spdx+json", listed);
        git.run("production", "0.1.0", &running, 100);

        let newer_arm64 = registry.image(None, 97, &["base", "arm64 of 0.2.0"]);
        let replaced = registry.index(Some("0.2.0"), &[&shared, &newer_arm64]);
        let lost_signature = registry.about(&replaced, "application/vnd.dev.sigstore.bundle.v0.3+json", listed);
        git.run("dev", "0.2.0", &replaced, 97);
        let in_force = registry.image(Some("0.3.0"), 95, &["base", "0.3.0"]);
        git.run("dev", "0.3.0", &in_force, 92);
        let dev = registry.image(Some("0.4.0"), 60, &["base", "0.4.0"]);
        git.run("dev", "0.4.0", &dev, 60);
        Self { registry, git, shared, replaced, attestation, lost_signature }
    }

    /// Three that are newer than everything, and one that is young.
    pub fn newest(self) -> Self {
        for (tag, days) in [("0.5.0", 30), ("0.6.0", 20), ("0.7.0", 10), ("0.8.0", 2)] {
            self.registry.image(Some(tag), days, &["base", tag]);
        }
        self
    }

    /// Everything that has to be there, whatever was deleted; sentences about what is not.
    pub fn harm(&self) -> Vec<String> {
        let mut harm = Vec::new();
        for tag in ["0.1.0", "0.3.0", "0.4.0", "0.6.0", "0.7.0", "0.8.0"] {
            harm.extend(self.registry.missing(tag).iter().map(|missing| format!("{tag} lacks {missing}")));
        }
        harm.extend(
            self.registry.missing(&self.attestation).iter().map(|missing| format!("the attestation lacks {missing}")),
        );
        harm
    }
}

#[test]
fn what_runs_ran_lately_or_is_needed_stays_and_the_rest_goes() {
    let story = Story::new(true).newest();
    let Story { registry, git, .. } = &story;
    for number in 1..=250 {
        let tag = format!("main-{number:03}");
        registry.image(Some(&tag), 40, &["base", &tag]);
    }
    assert!(registry.tags().len() > 250);

    let shown = succeed(&mut git.cleanup(&registry.host, &[]));
    assert!(shown.ends_with("Nothing was deleted: `make cleanup YES=1` does that.\n"), "{shown}");
    assert!(registry.has("main-001") && registry.has("0.2.0"), "a dry run deletes nothing");
    for (tag, row) in [
        ("0.1.0", "named in k8s/overlays/production/version.yaml on main"),
        ("0.3.0", "was named in k8s/overlays/dev/version.yaml on main"),
        ("0.6.0", "number 3 of the newest"),
        ("0.8.0", "young"),
    ] {
        let line = shown.lines().find(|line| line.starts_with(&format!("keep    {tag} "))).expect(tag);
        assert!(line.ends_with(row), "{line}");
    }
    let line = shown.lines().find(|line| line.starts_with("delete  0.2.0 ")).expect("0.2.0");
    // One platform of its own, one that 0.1.0 has too, a signature, and the list of those.
    assert!(line.contains("+4") && line.contains("97 d") && line.ends_with("newer ones stay"), "{line}");

    let deleted = succeed(&mut git.cleanup(&registry.host, &["--yes"]));
    assert!(deleted.ends_with("252 deleted.\n"), "{deleted}");
    assert_eq!(story.harm(), [""; 0]);
    let tags: BTreeSet<_> = registry.tags().into_iter().filter(|tag| !tag.starts_with("sha256-")).collect();
    assert_eq!(tags, ["0.1.0", "0.3.0", "0.4.0", "0.6.0", "0.7.0", "0.8.0"].map(str::to_owned).into());
    for gone in [&story.replaced, &story.lost_signature, &story.replaced.replace(':', "-")] {
        assert!(!registry.has(gone), "{gone}");
    }

    let again = succeed(&mut git.cleanup(&registry.host, &["--yes"]));
    assert!(again.contains("\n0 of ") && !again.contains("deleted"), "{again}");
}

/// What a test that looks at less would let pass.
#[test]
fn to_delete_what_has_no_tag_is_seen_to_do_harm() {
    let story = Story::new(true).newest();
    let tagged: BTreeSet<_> = story.registry.named().into_values().collect();
    for untagged in [&story.shared, &story.attestation] {
        assert!(!tagged.contains(untagged));
        assert_eq!(story.registry.ask("DELETE", &format!("manifests/{untagged}"), "", b"").0, 202);
    }
    assert_eq!(story.harm().len(), 2, "{:?}", story.harm());
}

#[test]
fn where_the_registry_lists_referrers_no_tag_has_to() {
    let story = Story::new(false).newest();
    let front = Front::start(&story.registry.host, vec![referrers_api(&story.registry)]);
    let deleted = succeed(&mut story.git.cleanup(&front.host, &["--yes"]));
    assert!(deleted.contains("deleted 0.2.0\n"), "{deleted}");
    assert_eq!(story.harm(), [""; 0]);
    assert!(!story.registry.has(&story.lost_signature) && !story.registry.has(&story.replaced));
    assert!(story.registry.has(&story.shared));
}

/// The answers of a registry that has this API; Distribution has none.
fn referrers_api(registry: &Registry) -> Rule {
    let known = registry.referrers();
    rule(move |request| {
        let subject = request.path.strip_prefix(&format!("/v2/{REPOSITORY}/referrers/"))?;
        let referrers = known.iter().filter(|(_, about)| about == subject);
        let descriptors: Vec<_> =
            referrers.map(|(digest, _)| json!({"mediaType": MANIFEST, "digest": digest, "size": 1})).collect();
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors});
        Some(Response { headers: vec![("Content-Type".to_owned(), INDEX.to_owned())], ..Response::json(&index) })
    })
}

#[test]
fn what_nix_built_is_as_old_as_its_commit() {
    let (registry, git) = (Registry::start(), Git::new());
    let old = git.commit("src/main.rs", "// old", 30);
    let young = git.commit("src/main.rs", "// young", 3);
    let image = |tag: &str, revision: &str| {
        let labels = json!({"org.opencontainers.image.revision": revision});
        let config = json!({"created": "1970-01-01T00:00:01Z", "config": {"Labels": labels}, "os": tag});
        registry.image_of(Some(tag), &config, &["base"]);
    };
    image("main-old", &old);
    image("main-young", &young);
    image("main-foreign", &"f".repeat(40));
    for (tag, days) in [("1.0.0", 25), ("1.1.0", 20), ("1.2.0", 15)] {
        registry.image(Some(tag), days, &[tag]);
    }
    let shown = succeed(&mut git.cleanup(&registry.host, &["--yes", "--newest", "2"]));
    let row = |tag: &str| shown.lines().find(|line| line.contains(tag)).expect(tag).to_owned();
    assert!(row("main-young").starts_with("keep") && row("main-young").contains(" 3 d "), "{shown}");
    assert!(row("main-foreign").ends_with("nothing says how old it is"), "{shown}");
    assert!(row("main-old").starts_with("delete") && row("main-old").contains(" 30 d "), "{shown}");
    assert!(!registry.has("main-old") && registry.has("main-young") && registry.has("main-foreign"));
}

#[test]
fn a_repository_that_began_lately_is_read_from_its_first_commit() {
    let (registry, git) = (Registry::start(), Git::new());
    for (tag, days) in [("1.0.0", 60), ("1.1.0", 40), ("1.2.0", 30)] {
        registry.image(Some(tag), days, &[tag]);
    }
    git.git(&["switch", "--quiet", "--orphan", "anew"]);
    git.run("dev", "1.0.0", &registry.named()["1.0.0"], 50);
    git.run("dev", "1.1.0", &registry.named()["1.1.0"], 35);
    let shown = succeed(&mut git.cleanup(&registry.host, &["--branches", "anew", "--newest", "1"]));
    assert!(shown.contains("was named in k8s/overlays/dev/version.yaml on anew\n"), "{shown}");
    assert!(shown.ends_with("\n0 of 3 go, which frees 0.0 MiB.\n"), "{shown}");
}

#[test]
fn what_another_branch_runs_stays_unless_it_is_left_out() {
    let (registry, git) = (Registry::start(), Git::new());
    for (tag, days) in [("1.0.0", 95), ("1.1.0", 94), ("1.2.0", 20), ("1.3.0", 19), ("1.4.0", 18)] {
        registry.image(Some(tag), days, &[tag]);
    }
    let named = registry.named();
    git.git(&["switch", "--quiet", "--create", "release/1"]);
    git.run("production", "1.0.0", &named["1.0.0"], 95);
    git.git(&["switch", "--quiet", "main"]);
    let goes = |arguments: &[&str]| {
        let shown = succeed(&mut git.cleanup(&registry.host, arguments));
        let going = shown.lines().filter_map(|line| line.strip_prefix("delete  ")?.split(' ').next());
        going.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(goes(&[]), ["1.1.0"]);
    assert_eq!(goes(&["--branches", "main release/*"]), ["1.1.0"]);
    assert_eq!(goes(&["--branches", "main"]), ["1.1.0", "1.0.0"]);
    // The days of Git, the newest and the youth are what they are told to be.
    assert_eq!(goes(&["--branches", "main", "--newest", "5"]), [""; 0]);
    assert_eq!(goes(&["--branches", "main", "--newest", "1", "--younger", "20"]), ["1.2.0", "1.1.0", "1.0.0"]);
}

#[test]
fn charts_stay_by_their_number() {
    let (registry, git) = (Registry::start(), Git::new());
    let application = |version: &str| format!("spec:\n  source:\n    chart: dogs\n    targetRevision: {version}\n");
    // The fix of the old line came last; a candidate is older than its release.
    for (version, days) in [
        ("0.8.0", 70),
        ("0.9.0", 60),
        ("1.0.0-rc.1", 55),
        ("1.0.0", 50),
        ("1.1.0", 40),
        ("1.0.1+build.5", 30),
        ("0.9.1", 20),
    ] {
        registry.chart("dogs", version, days);
    }
    git.commit("argocd/applications/dogs.yaml", &application("0.9.0"), 60);
    let charts = format!("oci://{}/{REPOSITORY}", registry.host);
    let shown = succeed(&mut git.cleanup_of("--charts", &charts, &["--yes"]));
    let tags: Vec<_> = registry.tags().into_iter().collect();
    assert_eq!(tags, ["0.9.0", "1.0.0", "1.0.1_build.5", "1.1.0"], "{shown}");
}
