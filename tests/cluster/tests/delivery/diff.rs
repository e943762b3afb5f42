//! `make diff`: what every environment would run otherwise than at a commit.

use std::fs;

use crate::checkout::{Checkout, digest, succeed, version_file};

const NOTHING: &str = "# dev\nnothing changes\n\n# staging\nnothing changes\n\n# production\nnothing changes\n";

#[test]
fn since_the_last_commit_nothing_changes() {
    let checkout = Checkout::new();
    assert_eq!(checkout.run(&["diff", "--base", "HEAD"]), NOTHING);
}

#[test]
fn a_change_is_shown_where_it_is_and_nowhere_else() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.2.0", 2);
    let text = checkout.run(&["diff", "--base", "HEAD~1"]);
    let (dev, others) = text.split_once("\n# staging\n").expect("staging");
    assert_eq!(others, "nothing changes\n\n# production\nnothing changes\n");
    assert!(dev.starts_with("# dev\n\nchanged "), "{dev}");
    let image = format!("+        image: ghcr.io/dog-gif-app/dog-gif-app@{}", digest(2));
    assert!(dev.contains("@@ spec.template.spec.containers[0] @@") && dev.contains(&image), "{dev}");
}

#[test]
fn what_is_not_committed_counts() {
    let checkout = Checkout::new();
    checkout.bump("dev", "0.2.0", 2);
    assert!(checkout.run(&["diff", "--base", "HEAD"]).contains(&digest(2)));
}

#[test]
fn a_change_of_the_chart_shows_in_every_environment() {
    let checkout = Checkout::new();
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n  namespace: {{ .Release.Namespace }}\n";
    checkout.write("k8s/charts/dog-gif-app/templates/more.yaml", map);
    let text = checkout.run(&["diff", "--base", "HEAD"]);
    for environment in ["dev", "staging", "production"] {
        let object = format!("\n# {environment}\n\nadded ConfigMap dog-gif-app-{environment}/more\n+apiVersion: v1\n");
        assert!(format!("\n{text}").contains(&object), "{environment}: {text}");
    }
}

#[test]
fn environments_come_and_go() {
    let checkout = Checkout::new();
    let overlays = checkout.root().join("k8s/overlays");
    fs::rename(overlays.join("dev"), overlays.join("preview")).expect("an overlay");
    let text = checkout.run(&["diff", "--base", "HEAD"]);
    let (_, from_dev) = text.split_once("# dev\n").expect("dev");
    let (dev, _) = from_dev.split_once("# staging").expect("staging");
    assert!(dev.contains("removed Deployment dog-gif-app-dev/dog-gif-app\n-"), "{dev}");
    assert!(!any(dev, "added ") && !any(dev, "changed "), "{dev}");
    let (_, preview) = text.split_once("# preview\n").expect("preview");
    assert!(preview.contains("added Deployment dog-gif-app-dev/dog-gif-app\n+"), "{preview}");
}

#[test]
fn everything_is_new_against_a_commit_without_environments() {
    let checkout = Checkout::new();
    let tree = checkout.git(&["mktree"]);
    let commit = checkout.git(&["commit-tree", "-m", "Nothing", tree.trim()]);
    let text = checkout.run(&["diff", "--base", commit.trim()]);
    assert!(text.contains("added Namespace dog-gif-app-production"), "{text}");
    assert!(!any(&text, "removed ") && !any(&text, "changed "), "{text}");
}

#[test]
fn the_base_is_origins_main_unless_given() {
    let checkout = Checkout::new();
    let sentence = |base| format!("there is no commit `{base}` here: run `git fetch`, or give another with BASE=…");
    assert_eq!(checkout.refusal_of(&mut checkout.make(&["diff"])), sentence("origin/main"));
    assert_eq!(checkout.refusal_of(&mut checkout.make(&["diff", "BASE=nowhere"])), sentence("nowhere"));
    assert_eq!(checkout.refusal_of(&mut checkout.make(&["diff", "BASE=--all"])), sentence("--all"));
    checkout.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    assert_eq!(succeed(&mut checkout.make(&["diff"])), NOTHING);
    assert_eq!(succeed(&mut checkout.make(&["diff", "BASE="])), NOTHING);
}

#[test]
fn the_repository_is_left_as_it_was() {
    let checkout = Checkout::new();
    checkout.commit_version("dev", "0.2.0", 2);
    // Staged, not committed: the index is the reader's.
    checkout.write(&version_file("staging"), &checkout.read(&version_file("dev")));
    checkout.git(&["add", "."]);
    let state = || (checkout.changes(), checkout.git(&["worktree", "list"]), checkout.git(&["for-each-ref"]));
    let before = state();
    let below = checkout.root().join("k8s/charts");
    succeed(checkout.program(&["diff", "--base", "HEAD~1"]).current_dir(below));
    assert_eq!(state(), before);
}

/// Whether an object was shown so; the texts of objects may say such words, too, behind a sign.
fn any(text: &str, what_happened: &str) -> bool {
    text.lines().any(|line| line.starts_with(what_happened))
}
