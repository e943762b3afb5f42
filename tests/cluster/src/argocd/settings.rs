//! The settings of production's Argo CD, and the few that have to differ here.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::kubectl::Kubectl;

/// Parameters of the chart's ConfigMap `argocd-cmd-params-cm`, and the variables by which the processes read them; the
/// chart's pods get the same.
const PARAMETERS: &[(&str, &str)] = &[
    ("applicationsetcontroller.enable.scm.providers", "ARGOCD_APPLICATIONSET_CONTROLLER_ENABLE_SCM_PROVIDERS"),
    ("controller.diff.server.side", "ARGOCD_APPLICATION_CONTROLLER_SERVER_SIDE_DIFF"),
    ("controller.sync.timeout.seconds", "ARGOCD_APPLICATION_CONTROLLER_SYNC_TIMEOUT"),
    ("reposerver.enable.git.submodule", "ARGOCD_GIT_MODULES_ENABLED"),
    ("server.insecure", "ARGOCD_SERVER_INSECURE"),
];

/// What is not taken over: there is no Dex here, and nobody logs in.
const LEFT_OUT: &[&str] = &["admin.enabled", "dex.config"];

/// How long a commit that nobody told of may stay unseen: seconds, where production has minutes and a webhook.
const RECONCILIATION: &str = "10s";

#[derive(Clone, Debug)]
pub struct Settings {
    general: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
    variables: Vec<Variable>,
}

#[derive(Deserialize)]
struct Values {
    configs: Configs,
    controller: Controller,
}

#[derive(Deserialize)]
struct Configs {
    cm: BTreeMap<String, String>,
    params: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Controller {
    #[serde(default)]
    env: Vec<Variable>,
}

#[derive(Clone, Debug, Deserialize)]
struct Variable {
    name: String,
    value: String,
}

impl Settings {
    /// From the values of the chart, `k8s/platform/argo-cd/values.yaml`.
    pub fn read(checkout: &Path) -> Result<Self> {
        let path = checkout.join("k8s/platform/argo-cd/values.yaml");
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not as expected", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let Values { configs: Configs { cm: mut general, params: parameters }, controller } =
            serde_yaml_ng::from_str(text)?;
        general.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
        general.insert("timeout.reconciliation".to_owned(), RECONCILIATION.to_owned());
        general.insert("timeout.reconciliation.jitter".to_owned(), "0s".to_owned());
        for name in parameters.keys() {
            ensure!(
                PARAMETERS.iter().any(|(known, _)| known == name),
                "configs.params has {name}, which the local Argo CD would ignore; add its variable to argocd/settings.rs"
            );
        }
        Ok(Self { general, parameters, variables: controller.env })
    }

    /// For the processes.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut environment: Vec<_> = self
            .parameters
            .iter()
            .filter_map(|(name, value)| {
                let (_, variable) = PARAMETERS.iter().find(|(known, _)| known == name)?;
                Some(((*variable).to_owned(), value.clone()))
            })
            .collect();
        environment.extend(self.variables.iter().map(|Variable { name, value }| (name.clone(), value.clone())));
        // The chart hands these two on from the ConfigMap; without them only the controller would hurry, not the
        // repo-server's cache of what HEAD is.
        environment.push(("ARGOCD_RECONCILIATION_TIMEOUT".to_owned(), RECONCILIATION.to_owned()));
        environment.push(("ARGOCD_RECONCILIATION_JITTER".to_owned(), "0s".to_owned()));
        environment
    }

    /// For the API server: the module's own defaults, and these over them.
    pub fn apply(&self, kubectl: &Kubectl, defaults: &Path) -> Result<()> {
        kubectl.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: argocd}\n")?;
        let defaults = defaults.display().to_string();
        kubectl.run(&["apply", "--server-side", "--namespace", "argocd", "-k", &defaults])?;
        let part_of = json!({"app.kubernetes.io/part-of": "argocd"});
        let map = |name: &str, data: &BTreeMap<String, String>| {
            json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": "argocd", "labels": part_of}, "data": data,
            })
        };
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [
            map("argocd-cm", &self.general),
            map("argocd-cmd-params-cm", &self.parameters),
            {
                "apiVersion": "v1", "kind": "Secret",
                "metadata": {"name": "argocd-secret", "namespace": "argocd", "labels": part_of},
                "stringData": {"server.secretkey": crate::password()},
            },
        ]});
        kubectl.apply(&list.to_string())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_values_are_understood() {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let settings = Settings::read(&checkout).expect("values of our own");
        assert_eq!(settings.general["kustomize.buildOptions"], "--enable-helm");
        assert!(!settings.general.contains_key("dex.config"));
        assert!(settings.environment().contains(&("ARGOCD_SYNC_WAVE_DELAY".to_owned(), "3".to_owned())));
    }

    #[test]
    fn a_parameter_that_would_be_ignored_is_named() {
        let error = Settings::parse("{configs: {cm: {}, params: {no.such: \"1\"}}, controller: {}}")
            .expect_err("it is unknown");
        assert!(error.to_string().contains("no.such"));
    }
}
