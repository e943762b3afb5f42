//! What the secret store gives in the cloud: here the passwords are random, and live as long as the cluster.

use anyhow::Result;
use rand::RngExt as _;
use serde_json::json;

use crate::kubectl::Kubectl;

/// In the order of promotion.
pub const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "production"];

/// The Secrets of an environment, each with the key `password`.
const SECRETS: [&str; 3] = ["dog-gif-app-mysql", "dog-gif-app-mysql-migrations", "mysql-root"];

/// 32 letters and digits.
pub fn password() -> String {
    rand::rng().sample_iter(rand::distr::Alphanumeric).take(32).map(char::from).collect()
}

/// The environment's namespace in the cluster.
pub fn namespace(environment: &str) -> String {
    format!("dog-gif-app-{environment}")
}

/// Makes the environments' namespaces, for Argo CD to take over, and their Secrets.
pub fn make(kubectl: &Kubectl) -> Result<()> {
    let mut items = Vec::new();
    for environment in ENVIRONMENTS {
        let namespace = namespace(environment);
        items.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}));
        for name in SECRETS {
            items.push(json!({
                "apiVersion": "v1", "kind": "Secret",
                "metadata": {"name": name, "namespace": namespace},
                "stringData": {"password": password()},
            }));
        }
    }
    kubectl.apply(&json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())?;
    Ok(())
}
