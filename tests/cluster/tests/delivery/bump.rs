//! `make bump`: the bytes it writes, when it writes none, and what it refuses.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::thread;

use crate::checkout::{Checkout, PROGRAM, clean, digest, succeed, type_what_it_says, version, version_file};

#[test]
fn bump_writes_one_file_and_tells_how_to_commit_it() {
    let checkout = Checkout::new();
    let answer = checkout.bump("dev", "0.2.0", 2);
    assert_eq!(checkout.read(&version_file("dev")), version("0.2.0", 2));
    assert_eq!(checkout.changes(), [" M k8s/overlays/dev/version.yaml"]);
    assert!(answer.starts_with("dev is at 0.2.0 (sha256:020000000000…) once"), "{answer}");
    type_what_it_says(&checkout, &answer);
    assert!(checkout.changes().is_empty());
    assert_eq!(checkout.git(&["log", "-1", "--format=%s"]), "dev: Run 0.2.0\n");
}

#[test]
fn the_same_version_again_writes_nothing() {
    let checkout = Checkout::new();
    checkout.bump("dev", "0.2.0", 2);
    let path = checkout.root().join(version_file("dev"));
    let before = fs::metadata(&path).expect("a file");
    let answer = checkout.bump("dev", "0.2.0", 2);
    assert_eq!(answer, "dev is at 0.2.0 (sha256:020000000000…) already\n");
    let after = fs::metadata(&path).expect("a file");
    assert_eq!((after.ino(), after.mtime_nsec()), (before.ino(), before.mtime_nsec()));
}

#[test]
fn there_and_back_gives_the_same_bytes() {
    let checkout = Checkout::new();
    checkout.bump("dev", "0.2.0", 2);
    checkout.bump("dev", "0.1.0", 1);
    assert!(checkout.changes().is_empty());
}

#[test]
fn an_edit_by_hand_does_not_survive() {
    let checkout = Checkout::new();
    let edited = version("0.1.0", 1).replace("\"0.1.0\"", "0.1.0 # mine");
    checkout.write(&version_file("dev"), &edited);
    checkout.bump("dev", "0.1.0", 1);
    assert_eq!(checkout.read(&version_file("dev")), version("0.1.0", 1));
}

#[test]
fn bump_works_in_any_directory_of_the_checkout() {
    let checkout = Checkout::new();
    let below = checkout.root().join("k8s/charts");
    let digest = digest(2);
    let mut bump = checkout.program(&["bump", "--environment", "dev", "--tag", "0.2.0", "--digest", &digest]);
    succeed(bump.current_dir(below));
    assert_eq!(checkout.read(&version_file("dev")), version("0.2.0", 2));
}

#[test]
fn a_tag_or_digest_that_is_none_is_refused() {
    let checkout = Checkout::new();
    let bump =
        |tag: &str, digest: &str| checkout.refusal(&["bump", "--environment", "dev", "--tag", tag, "--digest", digest]);
    let good = digest(2);
    let sentence = bump("latest", &good);
    assert!(sentence.starts_with("the tag `latest` names whatever was pushed last"), "{sentence}");
    let sentence = bump("0.2.0+5", &good);
    assert!(sentence.starts_with("`0.2.0+5` is no image tag"), "{sentence}");
    let sentence = bump("0.2.0-", &good);
    assert!(sentence.starts_with("the tag `0.2.0-` cannot be a label"), "{sentence}");
    for bad in ["0.2.0", &good[7..], &good[..70], &good.replace("020", "0G0"), &good.replace("sha256", "sha512")] {
        let sentence = bump("0.2.0", bad);
        assert!(sentence.starts_with(&format!("`{bad}` is no digest")), "{sentence}");
        assert!(sentence.ends_with("`crane digest IMAGE` prints it"), "{sentence}");
    }
}

#[test]
fn what_is_promoted_to_is_not_bumped() {
    let checkout = Checkout::new();
    for (environment, predecessor) in [("staging", "dev"), ("production", "staging")] {
        let digest = digest(2);
        let arguments = ["bump", "--environment", environment, "--tag", "0.2.0", "--digest", &digest];
        let promote =
            format!("run `make promote FROM={predecessor} TO={environment}`, or say FORCE=true if you mean it");
        assert_eq!(
            checkout.refusal(&arguments),
            format!("{environment} gets its versions from {predecessor}: {promote}")
        );
        checkout.run(&[&arguments[..], &["--force"]].concat());
        assert_eq!(checkout.read(&version_file(environment)), version("0.2.0", 2));
    }
}

#[test]
fn a_full_disk_leaves_the_old_bytes_and_nothing_beside_them() {
    let checkout = Checkout::new();
    // No file may grow; the signal ignored, a write fails as it does on a full disk.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
    let digest = digest(2);
    let mut bump = clean("bash");
    bump.args(["-c", script, "bash", PROGRAM, "bump", "--environment", "dev", "--tag", "0.2.0", "--digest", &digest]);
    let sentence = checkout.refusal_of(bump.current_dir(checkout.root()));
    assert!(sentence.contains("k8s/overlays/dev/version.yaml; it is unchanged"), "{sentence}");
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let checkout = Checkout::new();
    let whole = [version("0.1.0", 1), version("0.2.0", 2)];
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..20 {
                checkout.bump("dev", "0.2.0", 2);
                checkout.bump("dev", "0.1.0", 1);
            }
        });
        while !writer.is_finished() {
            let seen = checkout.read(&version_file("dev"));
            assert!(whole.contains(&seen), "a reader saw {seen:?}");
        }
    });
}
