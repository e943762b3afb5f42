//! CoreDNS as a process at the node's address, behind the Service that pods ask.

use std::net::Ipv4Addr;

use anyhow::Result;

use super::Parts;
use crate::control_plane::server;
use crate::machine::{Process, network::NODE_ADDRESS};

/// The Service `kube-dns`; in every pod's resolv.conf.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 10);

pub(super) fn start(parts: &Parts<'_>) -> Result<()> {
    let kubeconfig = parts.control_plane.kubeconfig("coredns", "system:coredns", Some("system:masters"), &server())?;
    // Nothing outside has a name here: the machine has no way out.
    let corefile = format!(
        ".:53 {{\n    bind {NODE_ADDRESS}\n    errors\n    ready 127.0.0.1:8181\n    \
         kubernetes cluster.local in-addr.arpa ip6.arpa {{\n        kubeconfig {}\n        pods insecure\n        ttl 5\n    }}\n    \
         cache 5\n    loop\n}}\n",
        kubeconfig.display()
    );
    let file = parts.directory().join("Corefile");
    std::fs::write(&file, corefile)?;
    parts.processes.start(Process::new(
        "coredns",
        parts.tools.binary("coredns")?,
        ["-conf".to_owned(), file.display().to_string()],
    ))?;
    parts.kubectl.apply(&format!(
        "apiVersion: v1
kind: Service
metadata: {{name: kube-dns, namespace: kube-system, labels: {{k8s-app: kube-dns}}}}
spec:
  clusterIP: {ADDRESS}
  ports: [{{name: dns, port: 53, protocol: UDP}}, {{name: dns-tcp, port: 53, protocol: TCP}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: kube-dns-node, namespace: kube-system, labels: {{kubernetes.io/service-name: kube-dns}}}}
addressType: IPv4
ports: [{{name: dns, port: 53, protocol: UDP}}, {{name: dns-tcp, port: 53, protocol: TCP}}]
endpoints: [{{addresses: [{NODE_ADDRESS}], conditions: {{ready: true}}}}]
"
    ))?;
    Ok(())
}
