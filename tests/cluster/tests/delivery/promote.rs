//! `make promote`: what it copies and shows, and everything it refuses.

use std::fs;

use crate::checkout::{Checkout, clean, digest, succeed, type_what_it_says, version, version_file};

const TO_STAGING: [&str; 5] = ["promote", "--from", "dev", "--to", "staging"];
const TO_PRODUCTION: [&str; 5] = ["promote", "--from", "staging", "--to", "production"];

#[test]
fn a_version_travels_to_production_byte_for_byte() {
    let checkout = Checkout::new();
    let answer = checkout.bump("dev", "0.2.0", 2);
    type_what_it_says(&checkout, &answer);
    for (arguments, from, to) in [(TO_STAGING, "dev", "staging"), (TO_PRODUCTION, "staging", "production")] {
        let answer = checkout.run(&arguments);
        assert_eq!(checkout.changes(), [format!(" M k8s/overlays/{to}/version.yaml")]);
        assert_eq!(checkout.read(&version_file(to)), checkout.read(&version_file(from)));
        type_what_it_says(&checkout, &answer);
        assert_eq!(checkout.git(&["log", "-1", "--format=%s"]), format!("{to}: Promote 0.2.0 from {from}\n"));
    }
}

#[test]
fn it_shows_what_the_target_will_run_otherwise() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.2.0", 2);
    let answer = checkout.run(&TO_STAGING);
    let header = "# staging: 0.1.0 (sha256:010000000000…) → 0.2.0 (sha256:020000000000…)\n";
    assert!(answer.starts_with(header), "{answer}");
    for line in [
        "changed Deployment dog-gif-app-staging/dog-gif-app".to_owned(),
        format!("-        image: ghcr.io/dog-gif-app/dog-gif-app@{}", digest(1)),
        format!("+        image: ghcr.io/dog-gif-app/dog-gif-app@{}", digest(2)),
        "+    app.kubernetes.io/version: 0.2.0".to_owned(),
    ] {
        assert!(answer.lines().any(|shown| shown == line), "{line} is not in {answer}");
    }
    assert!(!answer.contains("removed ") && !answer.contains("added "), "{answer}");
    // What runs the program, and nothing beside it.
    let changed: Vec<_> = answer.lines().filter(|line| line.starts_with("changed ")).collect();
    assert_eq!(
        changed,
        [
            "changed Deployment dog-gif-app-staging/dog-gif-app",
            "changed CronJob dog-gif-app-staging/dog-gif-app-backup",
            "changed CronJob dog-gif-app-staging/dog-gif-app-restore-drill",
            "changed Job dog-gif-app-staging/dog-gif-app-migrations",
        ]
    );
}

#[test]
fn promoting_again_says_that_there_is_nothing_to_promote() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.2.0", 2);
    let answer = checkout.run(&TO_STAGING);
    type_what_it_says(&checkout, &answer);
    assert_eq!(
        checkout.refusal(&TO_STAGING),
        "nothing to promote: staging is at 0.2.0 (sha256:020000000000…), as dev is"
    );
}

#[test]
fn a_promotion_is_taken_back_by_git_and_can_be_repeated() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.2.0", 2);
    let answer = checkout.run(&TO_STAGING);
    type_what_it_says(&checkout, &answer);
    checkout.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(checkout.read(&version_file("staging")), version("0.1.0", 1));
    checkout.run(&TO_STAGING);
    assert_eq!(checkout.read(&version_file("staging")), version("0.2.0", 2));
}

#[test]
fn nobody_leaves_the_road() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.2.0", 2);
    fs::create_dir(checkout.root().join("k8s/overlays/preview")).expect("an overlay");
    let road = "versions travel dev → staging → production";
    let promote = |from, to| checkout.refusal(&["promote", "--from", from, "--to", to]);
    assert_eq!(promote("dev", "production"), format!("production would skip staging: {road}, so promote from staging"));
    for (from, to) in [("staging", "dev"), ("production", "dev"), ("dev", "dev"), ("staging", "staging")] {
        let sentence = format!("no version goes from {from} to {to}: {road}, and back by `git revert` only");
        assert_eq!(promote(from, to), sentence);
    }
    for (from, to) in [("preview", "staging"), ("production", "preview")] {
        let sentence = promote(from, to);
        assert!(sentence.starts_with(&format!("no version goes from {from} to {to}")), "{sentence}");
    }
}

#[test]
fn a_dirty_tree_is_refused_by_its_files() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.2.0", 2);
    let sentence = "commit or stash first, as the difference is to show the promotion alone";
    checkout.edit("k8s/overlays/dev/values.yaml", "\n", "\n\n");
    assert_eq!(checkout.refusal(&TO_STAGING), format!("{sentence}: k8s/overlays/dev/values.yaml"));
    checkout.git(&["add", "."]);
    assert_eq!(checkout.refusal(&TO_STAGING), format!("{sentence}: k8s/overlays/dev/values.yaml"));
    checkout.git(&["reset", "--quiet", "--hard"]);
    checkout.write("k8s/new file.yaml", "");
    assert_eq!(checkout.refusal(&TO_STAGING), format!("{sentence}: k8s/new file.yaml"));
    fs::remove_file(checkout.root().join("k8s/new file.yaml")).expect("a file");
    // What renders nowhere is nobody's business.
    checkout.write("notes", "");
    checkout.run(&TO_STAGING);
}

#[test]
fn an_older_release_is_refused() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.9.0", 2);
    checkout.commit_version("staging", "0.10.0", 3);
    let sentence = checkout.refusal(&TO_STAGING);
    assert!(sentence.starts_with("dev is at 0.9.0 (sha256:"), "{sentence}");
    assert!(sentence.ends_with("in staging: to go back, `git revert` the promotion"), "{sentence}");
}

#[test]
fn builds_between_releases_are_ordered_by_what_dev_ran() {
    let checkout = Checkout::new();
    for (tag, number) in [("main-a", 2), ("main-b", 3)] {
        checkout.commit_version("dev", tag, number);
    }
    checkout.commit_version("staging", "main-b", 3);
    checkout.commit_version("dev", "main-a", 2);
    let sentence = checkout.refusal(&TO_STAGING);
    assert!(sentence.contains("main-a") && sentence.contains("older than main-b"), "{sentence}");
    checkout.commit_version("dev", "main-c", 4);
    checkout.run(&TO_STAGING);
    assert_eq!(checkout.read(&version_file("staging")), version("main-c", 4));
}

#[test]
fn what_dev_never_ran_needs_somebody_to_compare() {
    let checkout = Checkout::new();
    checkout.commit_version("staging", "hotfix", 9);
    checkout.commit_version("dev", "main-a", 2);
    let sentence = checkout.refusal(&TO_STAGING);
    assert!(sentence.starts_with("staging is at hotfix (sha256:090000000000…), which dev never ran"), "{sentence}");
    // The way out that it names is one.
    let (_, command) = sentence.trim_end_matches('`').rsplit_once("run `make ").expect("the next command");
    let arguments: Vec<_> = command.split(' ').collect();
    succeed(&mut checkout.make(&arguments));
    assert_eq!(checkout.read(&version_file("staging")), version("main-a", 2));
}

#[test]
fn a_shallow_clone_lacks_the_history_that_tells() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "main-a", 2);
    checkout.commit_version("staging", "main-a", 2);
    checkout.commit_version("dev", "main-b", 3);
    let shallow = tempfile::tempdir().expect("a directory");
    let url = format!("file://{}", checkout.root().display());
    succeed(clean("git").args(["clone", "--quiet", "--depth", "1", &url]).arg(shallow.path()));
    let sentence = checkout.refusal_of(checkout.program(&TO_STAGING).current_dir(shallow.path()));
    assert!(sentence.ends_with("run `git fetch --unshallow`"), "{sentence}");
    succeed(clean("git").args(["fetch", "--quiet", "--unshallow"]).current_dir(shallow.path()));
    succeed(checkout.program(&TO_STAGING).current_dir(shallow.path()));
    let promoted = fs::read_to_string(shallow.path().join(version_file("staging"))).expect("a file");
    assert_eq!(promoted, version("main-b", 3));
}

#[test]
fn a_version_file_that_nobody_wrote_with_bump_is_refused() {
    let checkout = Checkout::new();
    let digest_line = format!("  digest: {}\n", digest(2));
    for (text, sentence) in [
        (version("0.2.0", 2).replace(&digest_line, ""), "the tag `0.2.0` has no digest: write both with `make bump`"),
        (
            version("0.2.0", 2).replace('"', ""),
            "somebody edited it by hand: restore it with git, or write it with `make bump`",
        ),
        (version("latest", 2), "so that nobody can say what runs: give a version"),
        (
            "image: 7\n".to_owned(),
            "it needs `image.tag` and `image.digest`: restore it with git, or write it with `make bump`",
        ),
    ] {
        checkout.write(&version_file("dev"), &text);
        checkout.commit("dev: By hand");
        let refusal = checkout.refusal(&TO_STAGING);
        assert!(refusal.starts_with("k8s/overlays/dev/version.yaml is not what `make bump` writes: "), "{refusal}");
        assert!(refusal.ends_with(sentence), "{refusal}");
    }
}

#[test]
fn a_version_that_the_target_cannot_run_touches_no_file() {
    let checkout = Checkout::new();
    let check = "{{ if eq .Values.image.tag \"0.2.0\" }}{{ fail \"not this one\" }}{{ end }}\n";
    checkout.write("k8s/charts/dog-gif-app/templates/refuse.yaml", check);
    checkout.commit_version("dev", "0.2.0", 2);
    let sentence = checkout.refusal(&TO_STAGING);
    assert!(sentence.starts_with("staging cannot run 0.2.0 (sha256:020000000000…), and keeps 0.1.0"), "{sentence}");
}
