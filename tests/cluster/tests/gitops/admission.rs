//! What the API server refuses in our namespaces, in words that say what to do; and that it admits what is right.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::Value;

use crate::bootstrap::BOOTSTRAP;
use crate::stage::Stage;
use crate::story::Story;

/// One difference from an object that is admitted.
#[derive(Deserialize)]
struct Case {
    what: String,
    object: String,
    patch: Value,
    /// Each has to stand in the refusal.
    says: Vec<String>,
}

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![
        story.trial("what_is_right_is_admitted", &[BOOTSTRAP], admitted),
        story.trial("what_is_wrong_is_refused_in_words_that_help", &[BOOTSTRAP], refused),
        story.trial("the_policies_are_sound_expressions", &[BOOTSTRAP], type_checked),
    ]
}

fn admitted(stage: &Stage) -> Result<()> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") && !path.ends_with("refused.yaml") {
            let text = std::fs::read_to_string(&path)?;
            create(stage, &text).with_context(|| format!("{} is not admitted", path.display()))?;
            count += 1;
        }
    }
    ensure!(count > 0, "there is nothing to admit");
    println!("  {count} objects admitted");
    Ok(())
}

fn refused(stage: &Stage) -> Result<()> {
    let cases: Vec<Case> = serde_yaml_ng::from_str(&std::fs::read_to_string(folder().join("refused.yaml"))?)?;
    let mut wrong = Vec::new();
    for Case { what, object, patch, says } in &cases {
        let changed = patched(stage, &folder().join(object), patch)?;
        match create(stage, &changed) {
            Ok(()) => wrong.push(format!("{what}: admitted")),
            Err(refusal) => {
                let refusal = refusal.to_string();
                for sentence in says.iter().filter(|sentence| !refusal.contains(sentence.as_str())) {
                    wrong.push(format!("{what}: does not say {sentence:?} but: {refusal}"));
                }
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("  {} objects refused, each with its sentences", cases.len());
    Ok(())
}

fn type_checked(stage: &Stage) -> Result<()> {
    let policies = stage.cluster.kubectl.list("validatingadmissionpolicies", "", "")?;
    ensure!(!policies.is_empty(), "there are no policies");
    for policy in policies {
        let warnings = &policy["status"]["typeChecking"]["expressionWarnings"];
        ensure!(warnings.is_null(), "{}: {warnings}", policy["metadata"]["name"]);
    }
    Ok(())
}

/// As `kubectl create` would, without keeping it.
fn create(stage: &Stage, manifest: &str) -> Result<()> {
    stage.cluster.kubectl.run_with_input(&["create", "--dry-run=server", "-f", "-"], manifest).map(drop)
}

fn patched(stage: &Stage, path: &Path, patch: &Value) -> Result<String> {
    let output = stage
        .cluster
        .kubectl
        .command()
        .args(["patch", "--local", "--type=json", "--output=yaml", "--patch", &patch.to_string(), "--filename"])
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .context("cannot run kubectl")?;
    if !output.status.success() {
        bail!("the patch of {} does not fit: {}", path.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gitops/admission")
}
