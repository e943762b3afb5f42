//! kube-proxy: the addresses of Services, as rules of nftables.

use anyhow::Result;
use serde_json::json;

use super::{NAME, Parts};
use crate::control_plane::{POD_ADDRESSES, server};
use crate::machine::{Process, network::NODE_ADDRESS};

pub(super) fn start(parts: &Parts<'_>) -> Result<()> {
    let kubeconfig = parts.control_plane.kubeconfig("kube-proxy", "system:kube-proxy", None, &server())?;
    let configuration = json!({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": kubeconfig},
        "mode": "nftables",
        "clusterCIDR": POD_ADDRESSES,
        "hostnameOverride": NAME,
        "bindAddress": NODE_ADDRESS,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        // The host's connection tracking is not ours to size, and from in here it is read-only.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    });
    let file = parts.directory().join("kube-proxy.json");
    std::fs::write(&file, configuration.to_string())?;
    let process =
        Process::new("kube-proxy", parts.tools.binary("kube-proxy")?, [format!("--config={}", file.display())]);
    parts.processes.start(process.environment([("PATH", parts.tools.path())]))
}
