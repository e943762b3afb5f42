//! Passwords: out of the store, into the running program, and out of use.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cluster::kubectl::wait_until;
use cluster::load::{Connections, Load, Plan};
use serde_json::{Value, json};

use crate::ground::{Ground, NAMESPACE, PATIENCE};

const SECRET: &str = "dog-gif-app-mysql";

/// The store is asked by whom Vault was told of; the same store of another namespace gets nothing.
pub fn come_from_the_store(ground: &Ground) -> Result<()> {
    let kubectl = &ground.cluster.kubectl;
    for secret in ["mysql-root", SECRET, "dog-gif-app-mysql-migrations"] {
        let found = kubectl.get("externalsecret", NAMESPACE, secret)?.context("no ExternalSecret")?;
        ensure!(condition(&found, "Ready"), "the ExternalSecret {secret} is not Ready: {}", found["status"]);
    }
    ensure!(ground.vault.refused() == 0, "Vault refused {} logins of our ServiceAccount", ground.vault.refused());
    let mut store = kubectl.get("secretstore", NAMESPACE, "secrets")?.context("no SecretStore")?;
    store["metadata"] = json!({"name": "secrets", "namespace": "default"});
    let reader = json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "secret-reader", "namespace": "default"},
    });
    kubectl.apply(&json!({"apiVersion": "v1", "kind": "List", "items": [store, reader]}).to_string())?;
    let (took, ()) = wait_until("Vault refuses the store of another namespace", PATIENCE, || {
        Ok((ground.vault.refused() > 0).then_some(()))
    })?;
    println!("three Secrets filled; a store of another namespace was refused after {:.1} s", took.as_secs_f32());
    kubectl.run(&["delete", "secretstore", "secrets", "--namespace", "default"])?;
    Ok(())
}

/// The account has both passwords until the new one is everywhere; then the old one goes, and with it every
/// connection it opened, so that the program has to log in anew while visitors come.
pub fn rotated(ground: &Ground) -> Result<()> {
    let labels = "app.kubernetes.io/component=web";
    let before = (ground.identities(NAMESPACE, labels)?, ground.visits()?);
    let load = Load::start(&ground.https()?, &Plan { connections: Connections::Kept, ..Plan::default() });
    let password = cluster::password();
    ground.sql(&format!("ALTER USER 'dog'@'%' IDENTIFIED BY '{password}' RETAIN CURRENT PASSWORD;"))?;
    ground.vault.put(SECRET, &password);
    let files = password_files(ground)?;
    // The kubelet looks every 10 s, and may believe what it read for as long again.
    let (took, ()) = wait_until("every pod has the new password in its file", PATIENCE * 2, || {
        let there = |file: &PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text == password);
        Ok(files.iter().all(there).then_some(()))
    })?;
    ground.sql("ALTER USER 'dog'@'%' DISCARD OLD PASSWORD;")?;
    let connections = ground.sql("SELECT id FROM information_schema.processlist WHERE user = 'dog';")?;
    let kill: String = connections.lines().map(|id| format!("KILL {id};\n")).collect();
    ensure!(!kill.is_empty(), "the program had no connection that could be cut");
    ground.sql(&kill)?;
    load.wait_for_more(100, Duration::from_secs(30))?;
    let report = load.stop();
    println!(
        "the new password was in {} pods' files {:.1} s after the store had it, and {} connections were cut: {report}",
        files.len(),
        took.as_secs_f32(),
        kill.lines().count()
    );
    report.none_failed()?;
    report.adds_up(before.1, ground.visits()?)?;
    ensure!(ground.identities(NAMESPACE, labels)? == before.0, "pods were replaced or restarted by a rotation");
    Ok(())
}

/// Where the kubelet keeps the mounted file of each of the program's pods.
fn password_files(ground: &Ground) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for pod in ground.pods()? {
        let uid = pod["metadata"]["uid"].as_str().context("a pod has a uid")?;
        let volumes = pod["spec"]["volumes"].as_array().context("a pod has volumes")?;
        let volume = volumes.iter().find(|volume| volume["secret"]["secretName"] == SECRET);
        let volume =
            volume.and_then(|volume| volume["name"].as_str()).context("the password is no volume of the pod")?;
        let volumes = ground.cluster.machine.data.join(format!("node/kubelet/pods/{uid}/volumes/kubernetes.io~secret"));
        files.push(volumes.join(volume).join("password"));
    }
    Ok(files)
}

pub fn condition(object: &Value, kind: &str) -> bool {
    let conditions = object["status"]["conditions"].as_array();
    conditions.is_some_and(|all| all.iter().any(|one| one["type"] == kind && one["status"] == "True"))
}
