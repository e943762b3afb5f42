//! The chart's README: what helm-docs makes of README.md.gotmpl and of the comments in values.yaml.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools::Tools;

/// The chart, from the root of the checkout.
const CHART: &str = "k8s/charts/dog-gif-app";

/// The README's place in a checkout.
pub fn readme_path(root: &Path) -> PathBuf {
    root.join(CHART).join("README.md")
}

/// The README as it ought to be, by the pinned helm-docs.
pub fn readme(root: &Path) -> Result<String> {
    let tools = Tools::ready(&["helm-docs"])?;
    let mut helm_docs = Command::new(tools.binary("helm-docs")?);
    helm_docs.arg("--chart-search-root").arg(root.join(CHART)).args([
        "--sort-values-order",
        "file",
        "--log-level",
        "warning",
        "--dry-run",
    ]);
    // It would read its options from there.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HELM_DOCS_")) {
        helm_docs.env_remove(name);
    }
    let output = helm_docs.output().context("cannot run helm-docs")?;
    // It ends well whatever happens, and says in its log what went wrong.
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && complaint.is_empty(), "helm-docs: {}", complaint.trim_end());
    String::from_utf8(output.stdout).context("helm-docs printed something that is no UTF-8")
}
