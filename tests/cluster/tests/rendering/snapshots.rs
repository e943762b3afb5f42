//! The three environments as `make render` prints them, word by word, but for their version and the checksum of their
//! settings. `cargo insta review` accepts a change.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use insta::{Settings, assert_snapshot};

use crate::tree::Tree;

/// Takes the place of what a promotion writes: whatever else changes is somebody's intention.
const REDACTED: &str = "image:\n  tag: redacted\n  \
                        digest: sha256:0000000000000000000000000000000000000000000000000000000000000000\n";

/// Pods are replaced when it changes.
const CHECKSUM: &str = "checksum/settings: ";

#[test]
fn what_dev_runs() {
    unchanged("dev");
}

#[test]
fn what_staging_runs() {
    unchanged("staging");
}

#[test]
fn what_production_runs() {
    unchanged("production");
}

#[test]
fn other_settings_make_other_pods() {
    let checksum = |environment: &&str| {
        let rendered = rendered(environment);
        let checksum = rendered.lines().find_map(|line| Some(line.split_once(CHECKSUM)?.1.to_owned()));
        checksum.expect("the checksum of the settings")
    };
    let checksums: BTreeSet<_> = ["dev", "staging", "production"].iter().map(checksum).collect();
    assert!(checksums.len() == 3 && checksums.iter().all(|checksum| checksum.len() == 64), "{checksums:?}");
}

fn unchanged(environment: &str) {
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let rendered = without_checksum(&without_dashboards(&rendered(environment)));
    settings.bind(|| assert_snapshot!(environment, rendered));
}

fn rendered(environment: &str) -> String {
    let tree = Tree::copy();
    fs::write(tree.root().join(format!("k8s/overlays/{environment}/version.yaml")), REDACTED).expect("a version file");
    let initialized = Command::new("git").args(["init", "--quiet"]).current_dir(tree.root()).status().expect("git");
    assert!(initialized.success(), "no repository");
    let output = Command::new(env!("CARGO_BIN_EXE_cluster"))
        .args(["render", "--environment", environment])
        .current_dir(tree.root())
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Dashboards are the same everywhere, a thousand lines each, and reviewed where they are made.
fn without_dashboards(manifests: &str) -> String {
    let mut is_dashboard = false;
    let mut kept = String::new();
    for line in manifests.lines() {
        let was_dashboard = is_dashboard;
        is_dashboard = if line.starts_with("    ") { was_dashboard } else { line.contains(".json: |") };
        if !(was_dashboard && is_dashboard) {
            kept += line;
            kept += "\n";
        }
    }
    kept
}

/// It follows from the settings, which stand here too: with the names that `make adopt` writes it is another one.
fn without_checksum(manifests: &str) -> String {
    let mut kept = String::new();
    for line in manifests.lines() {
        match line.split_once(CHECKSUM) {
            Some((indentation, _)) => kept += &format!("{indentation}{CHECKSUM}redacted"),
            None => kept += line,
        }
        kept += "\n";
    }
    kept
}
