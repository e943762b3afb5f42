//! metrics-server as a process: what autoscaling and `kubectl top` ask, behind the API server.

use std::net::{IpAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

use super::Parts;
use crate::control_plane::server;
use crate::kubectl::wait_until;
use crate::machine::{Process, network::NODE_ADDRESS};

const PORT: u16 = 4443;

pub(super) fn start(parts: &Parts<'_>) -> Result<()> {
    let authority = &parts.control_plane.authority;
    let serving =
        authority.server("metrics-server-serving", &["metrics-server.kube-system.svc"], &[IpAddr::V4(NODE_ADDRESS)])?;
    let kubeconfig =
        parts.control_plane.kubeconfig("metrics-server", "metrics-server", Some("system:masters"), &server())?;
    let kubeconfig = kubeconfig.display();
    parts.processes.start(Process::new(
        "metrics-server",
        parts.tools.binary("metrics-server")?,
        [
            format!("--kubeconfig={kubeconfig}"),
            format!("--authentication-kubeconfig={kubeconfig}"),
            format!("--authorization-kubeconfig={kubeconfig}"),
            format!("--secure-port={PORT}"),
            format!("--tls-cert-file={}", serving.certificate.display()),
            format!("--tls-private-key-file={}", serving.key.display()),
            format!("--kubelet-certificate-authority={}", authority.certificate().display()),
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            // Simulated nodes all answer at one address, and at another port than a kubelet.
            "--kubelet-use-node-status-port".to_owned(),
            // The shortest it takes; and the answer of a kubelet must be due before the next question.
            "--metric-resolution=10s".to_owned(),
            "--kubelet-request-timeout=5s".to_owned(),
        ],
    ))?;
    Ok(())
}

/// Puts it behind the API server, once it listens: while a registered API does not answer, the API server refuses to
/// describe any kind, and every apply fails.
pub(super) fn register(parts: &Parts<'_>) -> Result<()> {
    let authority = &parts.control_plane.authority;
    wait_until("metrics-server listens", Duration::from_secs(30), || {
        parts.processes.check()?;
        Ok(TcpStream::connect((NODE_ADDRESS, PORT)).is_ok().then_some(()))
    })?;
    let bundle = std::fs::read(authority.certificate()).context("cannot read the authority's certificate")?;
    parts.kubectl.apply(&format!(
        "apiVersion: v1
kind: Service
metadata: {{name: metrics-server, namespace: kube-system}}
spec: {{ports: [{{name: https, port: 443, targetPort: {PORT}}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: metrics-server-node, namespace: kube-system, labels: {{kubernetes.io/service-name: metrics-server}}}}
addressType: IPv4
ports: [{{name: https, port: {PORT}, protocol: TCP}}]
endpoints: [{{addresses: [{NODE_ADDRESS}], conditions: {{ready: true}}}}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {{name: v1beta1.metrics.k8s.io}}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  caBundle: {}
  service: {{name: metrics-server, namespace: kube-system}}
",
        crate::encoding::base64(&bundle)
    ))?;
    wait_until("the API of metrics-server is available", Duration::from_secs(30), || {
        let Some(service) = parts.kubectl.get("apiservice", "", "v1beta1.metrics.k8s.io")? else { return Ok(None) };
        let conditions = service["status"]["conditions"].as_array();
        Ok(conditions
            .is_some_and(|conditions| {
                conditions.iter().any(|one| one["type"] == "Available" && one["status"] == "True")
            })
            .then_some(()))
    })?;
    Ok(())
}
