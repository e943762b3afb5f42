//! Nodes that only say they run pods (KWOK): for scale, and where no container can run.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::Parts;
use crate::control_plane::server;
use crate::kubectl::wait_until;
use crate::machine::Process;

/// How pods and Jobs of such nodes fare; nodes themselves follow the stages of KWOK's module.
const STAGES: &str = include_str!("stages.yaml");

/// Zones that the nodes are spread over, as production's are.
const ZONES: [&str; 3] = ["local-a", "local-b", "local-c"];

/// Starts KWOK with this many nodes and waits until they are Ready. Where a real node is, they carry a taint, so
/// that only pods that ask for it come here.
pub(crate) fn simulate(parts: &Parts<'_>, count: usize, tainted: bool) -> Result<()> {
    let directory = parts.machine.data.join("simulated");
    std::fs::create_dir_all(&directory)?;
    let stages = directory.join("stages.yaml");
    std::fs::write(&stages, STAGES)?;
    let of_module = parts.tools.files("kwok")?.join("stages");
    let kubeconfig = parts.control_plane.kubeconfig("kwok", "kwok", Some("system:masters"), &server())?;
    parts.processes.start(Process::new(
        "kwok",
        parts.tools.binary("kwok")?,
        [
            format!("--kubeconfig={}", kubeconfig.display()),
            format!("--config={}", of_module.join("node-initialize.yaml").display()),
            format!("--config={}", of_module.join("node-heartbeat-with-lease.yaml").display()),
            format!("--config={}", stages.display()),
            "--node-lease-duration-seconds=40".to_owned(),
            "--manage-all-nodes=false".to_owned(),
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake".to_owned(),
            "--server-address=127.0.0.1:10247".to_owned(),
        ],
    ))?;
    let mut manifests = String::new();
    let taints = if tainted { "[{key: kwok.x-k8s.io/node, value: fake, effect: NoSchedule}]" } else { "[]" };
    for number in 1..=count {
        let zone = ZONES[number % ZONES.len()];
        write!(
            manifests,
            "---
apiVersion: v1
kind: Node
metadata:
  name: simulated-{number}
  annotations: {{kwok.x-k8s.io/node: fake}}
  labels:
    type: kwok
    kubernetes.io/hostname: simulated-{number}
    kubernetes.io/os: linux
    kubernetes.io/arch: {}
    topology.kubernetes.io/region: local
    topology.kubernetes.io/zone: {zone}
spec: {{taints: {taints}}}
status:
  allocatable: {{cpu: \"32\", memory: 64Gi, pods: \"110\"}}
  capacity: {{cpu: \"32\", memory: 64Gi, pods: \"110\"}}
",
            crate::image::architecture()
        )?;
    }
    parts.kubectl.apply(&manifests)?;
    wait_until("the simulated nodes are Ready", Duration::from_secs(60), || {
        parts.processes.check()?;
        let nodes = parts.kubectl.list("nodes", "", "type=kwok")?;
        // The taint goes a moment after the condition came, and pods pass a node by until then.
        let ready = nodes.iter().filter(|node| is_ready(node) && !has_taint(node, "node.kubernetes.io/not-ready"));
        Ok((ready.count() == count).then_some(()))
    })?;
    Ok(())
}

fn is_ready(node: &Value) -> bool {
    let conditions = node["status"]["conditions"].as_array();
    conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"))
}

fn has_taint(node: &Value, key: &str) -> bool {
    node["spec"]["taints"].as_array().is_some_and(|taints| taints.iter().any(|taint| taint["key"] == key))
}
