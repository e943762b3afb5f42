//! What is typed wrongly or forgotten, and what the machine lacks.

use std::os::unix::fs::symlink;

use crate::checkout::{Checkout, clean, digest, succeed, version, version_file};

#[test]
fn every_argument_that_is_missing_is_named_with_an_example() {
    let checkout = Checkout::new();
    let bump = "say `make bump ENVIRONMENT=dev TAG=0.2.0 DIGEST=sha256:…`";
    let promote = "say `make promote FROM=dev TO=staging`";
    for (arguments, sentence) in [
        (&["bump"][..], format!("ENVIRONMENT, TAG and DIGEST are missing: {bump}")),
        (&["bump", "ENVIRONMENT=dev"], format!("TAG and DIGEST are missing: {bump}")),
        (&["bump", "ENVIRONMENT=dev", "TAG=0.2.0"], format!("DIGEST is missing: {bump}")),
        (&["promote"], format!("FROM and TO are missing: {promote}")),
        (&["promote", "FROM=dev"], format!("TO is missing: {promote}")),
        (&["render"], "ENVIRONMENT is missing: say `make render ENVIRONMENT=dev`".to_owned()),
    ] {
        assert_eq!(checkout.refusal_of(&mut checkout.make(arguments)), sentence);
    }
}

#[test]
fn an_argument_that_is_empty_is_missing() {
    let checkout = Checkout::new();
    let digest = format!("DIGEST={}", digest(2));
    let sentence = checkout.refusal_of(&mut checkout.make(&["bump", "ENVIRONMENT=dev", "TAG=", &digest]));
    assert!(sentence.starts_with("TAG is missing"), "{sentence}");
}

#[test]
fn an_empty_choice_of_nodes_or_of_an_image_is_none() {
    let checkout = Checkout::new();
    // What installs packages does nothing here, and what would start the cluster says what it was given.
    checkout.script("tests/scripts/provision/toolchain.sh", "");
    checkout.script("tests/scripts/provision/packages.sh", "");
    checkout.script("tests/scripts/provision/oracle-mysql.sh", "");
    checkout.script("delivery", "echo \"$* ${NODES-unset} ${IMAGE-unset}\"");
    for (arguments, given) in [
        (&[][..], "up unset unset"),
        (&["NODES=", "IMAGE="], "up unset unset"),
        (&["NODES=simulated", "IMAGE=a path"], "up simulated a path"),
    ] {
        let mut make = clean("make");
        make.args(["DELIVERY=./delivery", "cluster"]).args(arguments).current_dir(checkout.root());
        assert_eq!(succeed(&mut make), format!("{given}\n"), "{arguments:?}");
    }
}

#[test]
fn no_shell_sees_a_value() {
    let checkout = Checkout::new();
    let digest = format!("DIGEST={}", digest(2));
    for tag in ["1; touch here", "`touch here`", "' && touch here '"] {
        let tag_argument = format!("TAG={tag}");
        let sentence = checkout.refusal_of(&mut checkout.make(&["bump", "ENVIRONMENT=dev", &tag_argument, &digest]));
        assert!(sentence.starts_with(&format!("`{tag}` is no image tag")), "{sentence}");
    }
    assert!(checkout.changes().is_empty());
}

#[test]
fn force_is_yes_or_no() {
    let checkout = Checkout::new();
    let digest = format!("DIGEST={}", digest(2));
    let bump = |force| checkout.make(&["bump", "ENVIRONMENT=staging", "TAG=0.2.0", &digest, force]);
    for no in ["FORCE=", "FORCE=false", "FORCE=0", "FORCE=no"] {
        let sentence = checkout.refusal_of(&mut bump(no));
        assert!(sentence.starts_with("staging gets its versions from dev"), "{no}: {sentence}");
    }
    assert_eq!(
        checkout.refusal_of(&mut bump("FORCE=perhaps")),
        "FORCE is `perhaps`, which means neither yes nor no: say FORCE=true, or leave it out"
    );
    for yes in ["FORCE=true", "FORCE=1", "FORCE=YES"] {
        succeed(&mut bump(yes));
        assert_eq!(checkout.read(&version_file("staging")), version("0.2.0", 2));
        checkout.git(&["checkout", "--quiet", "."]);
    }
}

#[test]
fn an_environment_that_is_none_is_answered_with_those_there_are() {
    let checkout = Checkout::new();
    let sentence = "there is no environment `prod`; k8s/overlays has dev, staging, production";
    let bump = ["bump", "--environment", "prod", "--tag", "0.2.0", "--digest", &digest(2)];
    assert_eq!(checkout.refusal(&bump), sentence);
    assert_eq!(checkout.refusal(&["promote", "--from", "prod", "--to", "staging"]), sentence);
    assert_eq!(checkout.refusal(&["promote", "--from", "dev", "--to", "prod"]), sentence);
    assert_eq!(checkout.refusal(&["render", "--environment", "prod"]), sentence);
}

#[test]
fn outside_of_a_checkout_it_asks_for_one() {
    let checkout = Checkout::new();
    let elsewhere = tempfile::tempdir().expect("a directory");
    let sentence =
        checkout.refusal_of(checkout.program(&["render", "--environment", "dev"]).current_dir(elsewhere.path()));
    assert!(sentence.starts_with("this needs a Git checkout of the app around the current directory"), "{sentence}");

    succeed(clean("git").args(["init", "--quiet"]).current_dir(elsewhere.path()));
    let sentence =
        checkout.refusal_of(checkout.program(&["render", "--environment", "dev"]).current_dir(elsewhere.path()));
    assert!(sentence.starts_with("k8s/overlays has no environments in "), "{sentence}");
    assert!(sentence.ends_with("run this in a checkout of the app"), "{sentence}");
}

#[test]
fn a_missing_program_is_named() {
    let checkout = Checkout::new();
    let nothing = tempfile::tempdir().expect("a directory");
    let mut render = checkout.program(&["render", "--environment", "dev"]);
    // Neither tools that were built, nor anything to build them with.
    render.env("PATH", nothing.path()).env("XDG_CACHE_HOME", nothing.path());
    let sentence = checkout.refusal_of(&mut render);
    assert!(sentence.contains("cannot run git: install it"), "{sentence}");

    let git = std::env::split_paths(&std::env::var_os("PATH").expect("PATH"))
        .map(|directory| directory.join("git"))
        .find(|git| git.is_file())
        .expect("git");
    symlink(git, nothing.path().join("git")).expect("a link");
    let sentence = checkout.refusal_of(&mut render);
    assert!(sentence.contains("go ") && sentence.contains("install"), "{sentence}");

    // What Debian 12 has: it knows no GOTOOLCHAIN.
    checkout.script("old/go", "[ \"$*\" != 'env GOTOOLCHAIN' ] || echo");
    symlink(checkout.root().join("old/go"), nothing.path().join("go")).expect("a link");
    let sentence = checkout.refusal_of(&mut render);
    assert!(sentence.contains("go is older than 1.21") && sentence.contains("install a newer one"), "{sentence}");
}
