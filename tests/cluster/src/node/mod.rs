//! A node that runs containers: containerd, kubelet, kube-proxy, names, metrics, volumes; and nodes that only pretend.

mod containers;
mod kubelet;
mod metrics;
mod names;
mod pause;
mod proxy;
mod simulated;
mod volumes;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::control_plane::ControlPlane;
use crate::kubectl::{Kubectl, wait_until};
use crate::machine::{Machine, Processes};
use crate::tools::Tools;

pub use containers::Containers;
pub(crate) use simulated::simulate;
pub use simulated::{MANAGED, ZONES};

/// The real node's name.
pub const NAME: &str = "node-1";

/// What the parts of a node are started with.
pub(crate) struct Parts<'a> {
    pub machine: &'a Machine,
    pub tools: &'a Tools,
    pub processes: &'a Processes,
    pub control_plane: &'a ControlPlane,
    pub kubectl: &'a Kubectl,
}

impl Parts<'_> {
    fn directory(&self) -> PathBuf {
        self.machine.data.join("node")
    }
}

/// Starts a real node and waits until it is ready for pods.
pub(crate) fn start(parts: &Parts<'_>) -> Result<Containers> {
    let directory = parts.directory();
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let containers = containers::start(parts)?;
    kubelet::start(parts, &containers)?;
    proxy::start(parts)?;
    names::start(parts)?;
    metrics::start(parts)?;
    wait_until("the node is Ready", Duration::from_secs(60), || {
        parts.processes.check()?;
        let Some(node) = parts.kubectl.get("node", "", NAME)? else { return Ok(None) };
        let conditions = node["status"]["conditions"].as_array();
        Ok(conditions
            .is_some_and(|conditions| conditions.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"))
            .then_some(()))
    })?;
    volumes::make(parts, "kubernetes.io/hostname", NAME)?;
    metrics::register(parts)?;
    Ok(containers)
}
