//! Nodes that only say they run pods (KWOK): for scale, and where no container can run.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::{Parts, volumes};
use crate::control_plane::server;
use crate::kubectl::wait_until;
use crate::machine::{Process, network::NODE_ADDRESS};

/// How pods and Jobs of such nodes fare; nodes themselves follow the stages of KWOK's module.
const STAGES: &str = include_str!("stages.yaml");

/// What they use, for metrics-server.
const USAGE: &str = include_str!("usage.yaml");

/// Where KWOK answers for all of them, as a kubelet would for one.
const PORT: u16 = 10247;

/// Zones that the nodes are spread over, as production's are.
pub const ZONES: [&str; 3] = ["local-a", "local-b", "local-c"];

/// The label of a node that KWOK looks after. A node that loses it is one that failed: no lease is renewed any more, no
/// pod starts there, and none that is deleted is confirmed to be gone.
pub const MANAGED: &str = "type=kwok";

/// Starts KWOK with this many nodes and waits until they are Ready. Where a real node is, they carry a taint, so
/// that only pods that ask for it come here; where none is, they bring volumes and metrics as well.
pub(crate) fn simulate(parts: &Parts<'_>, count: usize, beside_a_real_one: bool) -> Result<()> {
    start(parts)?;
    let manifests: String = (1..=count).map(|number| node(number, beside_a_real_one)).collect();
    parts.kubectl.apply(&manifests)?;
    if !beside_a_real_one {
        std::fs::create_dir_all(parts.directory())?;
        super::metrics::start(parts)?;
        let (key, value) = MANAGED.split_once('=').expect("a label has a value");
        volumes::make(parts, key, value)?;
    }
    wait_until("the simulated nodes are Ready", Duration::from_secs(60), || {
        parts.processes.check()?;
        let nodes = parts.kubectl.list("nodes", "", MANAGED)?;
        // The taint goes a moment after the condition came, and pods pass a node by until then.
        let ready = nodes.iter().filter(|node| is_ready(node) && !has_taint(node, "node.kubernetes.io/not-ready"));
        Ok((ready.count() == count).then_some(()))
    })?;
    if beside_a_real_one { Ok(()) } else { super::metrics::register(parts) }
}

fn start(parts: &Parts<'_>) -> Result<()> {
    let directory = parts.machine.data.join("simulated");
    std::fs::create_dir_all(&directory)?;
    let (stages, usage) = (directory.join("stages.yaml"), directory.join("usage.yaml"));
    std::fs::write(&stages, STAGES)?;
    std::fs::write(&usage, USAGE)?;
    let of_module = parts.tools.files("kwok")?.join("stages");
    let kubeconfig = parts.control_plane.kubeconfig("kwok", "kwok", Some("system:masters"), &server())?;
    let serving = parts.control_plane.authority.server("kwok-serving", &["kwok"], &[IpAddr::V4(NODE_ADDRESS)])?;
    parts.processes.start(Process::new(
        "kwok",
        parts.tools.binary("kwok")?,
        [
            format!("--kubeconfig={}", kubeconfig.display()),
            format!("--config={}", of_module.join("node-initialize.yaml").display()),
            format!("--config={}", of_module.join("node-heartbeat-with-lease.yaml").display()),
            format!("--config={}", stages.display()),
            format!("--config={}", usage.display()),
            "--node-lease-duration-seconds=40".to_owned(),
            "--manage-all-nodes=false".to_owned(),
            // By label: by annotation it would not notice that a node is no longer its own.
            format!("--manage-nodes-with-label-selector={MANAGED}"),
            format!("--node-ip={NODE_ADDRESS}"),
            format!("--node-port={PORT}"),
            format!("--server-address={NODE_ADDRESS}:{PORT}"),
            format!("--tls-cert-file={}", serving.certificate.display()),
            format!("--tls-private-key-file={}", serving.key.display()),
        ],
    ))
}

/// As large as the clouds' usual node: four cores.
fn node(number: usize, tainted: bool) -> String {
    let zone = ZONES[number % ZONES.len()];
    let taints = if tainted { "[{key: kwok.x-k8s.io/node, value: fake, effect: NoSchedule}]" } else { "[]" };
    let architecture = crate::image::architecture();
    format!(
        "---
apiVersion: v1
kind: Node
metadata:
  name: simulated-{number}
  annotations:
    kwok.x-k8s.io/node: fake
    metrics.k8s.io/resource-metrics-path: /metrics/nodes/simulated-{number}/metrics/resource
  labels:
    type: kwok
    kubernetes.io/hostname: simulated-{number}
    kubernetes.io/os: linux
    kubernetes.io/arch: {architecture}
    topology.kubernetes.io/region: local
    topology.kubernetes.io/zone: {zone}
spec: {{taints: {taints}}}
status:
  allocatable: {{cpu: \"4\", memory: 16Gi, pods: \"110\"}}
  capacity: {{cpu: \"4\", memory: 16Gi, pods: \"110\"}}
"
    )
}

fn is_ready(node: &Value) -> bool {
    let conditions = node["status"]["conditions"].as_array();
    conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"))
}

fn has_taint(node: &Value, key: &str) -> bool {
    node["spec"]["taints"].as_array().is_some_and(|taints| taints.iter().any(|taint| taint["key"] == key))
}
