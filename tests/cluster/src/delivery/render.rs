//! An environment's manifests as Argo CD makes them: the same programs, the same flags.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::environment::Environment;
use crate::tools::Tools;

/// Our values for Argo CD's chart, which hold the options it calls kustomize with.
const ARGO_CD_VALUES: &str = "k8s/platform/argo-cd/values.yaml";

/// The tools that render.
pub struct Renderer {
    tools: Tools,
}

impl Renderer {
    /// The pinned kustomize and Helm, built if this machine never did.
    pub fn ready() -> Result<Self> {
        Ok(Self { tools: Tools::ready(&["kustomize", "helm"])? })
    }

    /// As `util/kustomize/kustomize.go` of Argo CD 3.6 builds a path.
    ///
    /// # Design
    /// Argo CD also names the cluster's Kubernetes version and every API it serves (`--helm-kube-version`,
    /// `--helm-api-versions`). Here the version is the pinned one, and the APIs are not told, as no cluster is asked: our
    /// chart must not look at `.Capabilities`, and a test says so. What Argo CD adds afterwards, its tracking annotation,
    /// is not in the file either.
    pub fn render(&self, tree: &Path, environment: &Environment) -> Result<String> {
        let (kustomize, helm) = (self.tools.binary("kustomize")?, self.tools.binary("helm")?);
        let mut command = Command::new(kustomize);
        command
            .arg("build")
            .arg(tree.join(environment.overlay()))
            .args(build_options(tree)?.split_whitespace())
            .args(["--helm-kube-version", kubernetes_version()])
            .arg("--helm-command")
            .arg(helm)
            .current_dir(tree);
        // Argo CD gives Helm a home of its own; a reader's plugins and settings must not show in the manifests.
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HELM_")) {
            command.env_remove(name);
        }
        let output = command.output().with_context(|| format!("cannot run {}", kustomize.display()))?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            bail!("{} does not render: {}", environment.overlay().display(), complaint.trim_end());
        }
        String::from_utf8(output.stdout).context("kustomize printed something that is no UTF-8")
    }

    /// Nothing for an environment that the tree does not have.
    pub fn render_if_present(&self, tree: &Path, environment: &Environment) -> Result<String> {
        if tree.join(environment.overlay()).is_dir() { self.render(tree, environment) } else { Ok(String::new()) }
    }
}

/// What Argo CD is told to pass to `kustomize build`, from the tree that is rendered.
fn build_options(tree: &Path) -> Result<String> {
    let text =
        fs::read_to_string(tree.join(ARGO_CD_VALUES)).with_context(|| format!("cannot read {ARGO_CD_VALUES}"))?;
    let values: serde_json::Value =
        serde_yaml_ng::from_str(&text).with_context(|| format!("{ARGO_CD_VALUES} is no YAML"))?;
    match values["configs"]["cm"]["kustomize.buildOptions"].as_str() {
        Some(options) => Ok(options.to_owned()),
        None => bail!(
            "{ARGO_CD_VALUES} needs configs.cm.\"kustomize.buildOptions\": that is what Argo CD calls kustomize with"
        ),
    }
}

/// The Kubernetes that the tests run, without the `v`, as Argo CD passes it.
fn kubernetes_version() -> &'static str {
    include_str!("../../tools/kubernetes/go.mod")
        .split_once("k8s.io/kubernetes v")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .expect("tools/kubernetes/go.mod pins k8s.io/kubernetes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kubernetes_version_is_a_version() {
        semver::Version::parse(kubernetes_version()).unwrap();
    }

    #[test]
    fn build_options_are_argo_cds() {
        let tree = tempfile::tempdir().unwrap();
        let file = tree.path().join(ARGO_CD_VALUES);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "configs:\n  cm:\n    kustomize.buildOptions: --enable-helm --reorder none\n").unwrap();
        assert_eq!(build_options(tree.path()).unwrap(), "--enable-helm --reorder none");
        fs::write(&file, "configs: {}\n").unwrap();
        assert!(build_options(tree.path()).unwrap_err().to_string().contains("needs configs.cm"));
    }
}
