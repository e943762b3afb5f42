//! The kubelet.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Result;
use serde_json::json;

use super::{Containers, NAME, Parts, names};
use crate::control_plane::server;
use crate::machine::{Process, network::NODE_ADDRESS};

pub(super) fn start(parts: &Parts<'_>, containers: &Containers) -> Result<()> {
    let directory = parts.directory();
    let user = format!("system:node:{NAME}");
    let kubeconfig = parts.control_plane.kubeconfig("kubelet", &user, Some("system:nodes"), &server())?;
    let serving = parts.control_plane.authority.server(
        "kubelet-serving",
        &[NAME],
        &[IpAddr::V4(NODE_ADDRESS), IpAddr::V4(Ipv4Addr::LOCALHOST)],
    )?;
    let configuration = json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "readOnlyPort": 0,
        "healthzBindAddress": "127.0.0.1",
        // Version 1 of control groups still works, and is what some machines have.
        "failCgroupV1": false,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": format!("/{}", parts.machine.cgroup()),
        "containerRuntimeEndpoint": format!("unix://{}", containers.socket.display()),
        "failSwapOn": false,
        "authentication": {
            "anonymous": {"enabled": false},
            "webhook": {"enabled": true},
            "x509": {"clientCAFile": parts.control_plane.authority.certificate()},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": serving.certificate,
        "tlsPrivateKeyFile": serving.key,
        "clusterDomain": "cluster.local",
        "clusterDNS": [names::ADDRESS],
        "resolvConf": "",
        "podLogsDir": directory.join("pod-logs"),
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        // Images cannot be pulled again here, and above 85 % of the machine's disk the kubelet would delete them.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        // A changed Secret reaches its pods within this time.
        "syncFrequency": "10s",
        "nodeStatusUpdateFrequency": "5s",
    });
    let file = directory.join("kubelet.json");
    std::fs::write(&file, configuration.to_string())?;
    parts.processes.start(
        Process::new(
            "kubelet",
            parts.tools.binary("kubelet")?,
            [
                format!("--config={}", file.display()),
                format!("--kubeconfig={}", kubeconfig.display()),
                format!("--hostname-override={NAME}"),
                format!("--node-ip={NODE_ADDRESS}"),
                format!("--root-dir={}", directory.join("kubelet").display()),
                format!("--cert-dir={}", directory.join("kubelet-certificates").display()),
                "--node-labels=topology.kubernetes.io/region=local,topology.kubernetes.io/zone=local-a".to_owned(),
            ],
        )
        .environment([("PATH", parts.tools.path())]),
    )
}
