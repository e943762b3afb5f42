//! How the four processes are started: every flag that is not a default, with its reason where that is not plain.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::Result;

use super::{ControlPlane, POD_ADDRESSES, PORT, SERVICE_ADDRESSES, server};
use crate::kubectl::wait_until;
use crate::machine::{Process, Processes, network::NODE_ADDRESS};
use crate::tools::Tools;

const ETCD: &str = "http://127.0.0.1:2379";
const ETCD_PEER: &str = "http://127.0.0.1:2380";

impl ControlPlane {
    pub(super) fn start_processes(&self, tools: &Tools, processes: &Processes) -> Result<()> {
        processes.start(self.etcd(tools)?)?;
        processes.start(self.api_server(tools)?)?;
        let kubectl = self.kubectl(tools)?;
        wait_until("the API server is ready", Duration::from_secs(90), || {
            processes.check()?;
            Ok(kubectl.says_ok("/readyz").then_some(()))
        })?;
        processes.start(self.controller_manager(tools)?)?;
        processes.start(self.scheduler(tools)?)
    }

    fn etcd(&self, tools: &Tools) -> Result<Process> {
        Ok(Process::new(
            "etcd",
            tools.binary("etcd")?,
            [
                "--name=local".to_owned(),
                format!("--data-dir={}", self.directory.join("etcd").display()),
                // The data does not outlive the cluster, so nothing has to survive a power cut.
                "--unsafe-no-fsync".to_owned(),
                format!("--listen-client-urls={ETCD}"),
                format!("--advertise-client-urls={ETCD}"),
                format!("--listen-peer-urls={ETCD_PEER}"),
                format!("--initial-advertise-peer-urls={ETCD_PEER}"),
                format!("--initial-cluster=local={ETCD_PEER}"),
                "--log-level=warn".to_owned(),
            ],
        ))
    }

    fn api_server(&self, tools: &Tools) -> Result<Process> {
        let own = self.authority.server(
            "kube-apiserver",
            &[
                "localhost",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
            ],
            &[IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(NODE_ADDRESS), IpAddr::V4(Ipv4Addr::new(10, 96, 0, 1))],
        )?;
        let to_kubelet =
            self.authority.client("to-kubelet", "kube-apiserver-kubelet-client", Some("system:masters"))?;
        let to_extensions = self.authority.client("to-extensions", "front-proxy-client", None)?;
        let tokens = self.authority.token_keys();
        let authority = self.authority.certificate();
        Ok(Process::new(
            "kube-apiserver",
            tools.binary("kube-apiserver")?,
            [
                format!("--etcd-servers={ETCD}"),
                // Pods reach it too, at the first address of Services.
                "--bind-address=0.0.0.0".to_owned(),
                format!("--advertise-address={NODE_ADDRESS}"),
                format!("--secure-port={PORT}"),
                "--endpoint-reconciler-type=lease".to_owned(),
                format!("--tls-cert-file={}", own.certificate.display()),
                format!("--tls-private-key-file={}", own.key.display()),
                format!("--client-ca-file={}", authority.display()),
                "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
                format!("--service-account-key-file={}", tokens.certificate.display()),
                format!("--service-account-signing-key-file={}", tokens.key.display()),
                format!("--service-cluster-ip-range={SERVICE_ADDRESSES}"),
                "--authorization-mode=Node,RBAC".to_owned(),
                "--enable-admission-plugins=NodeRestriction".to_owned(),
                "--allow-privileged=true".to_owned(),
                format!("--kubelet-client-certificate={}", to_kubelet.certificate.display()),
                format!("--kubelet-client-key={}", to_kubelet.key.display()),
                format!("--kubelet-certificate-authority={}", authority.display()),
                // `kubectl logs` and `exec`: the node's name is in no DNS.
                "--kubelet-preferred-address-types=InternalIP,Hostname".to_owned(),
                // For metrics-server and other APIs behind this one, which no kube-proxy on this side leads to.
                format!("--requestheader-client-ca-file={}", authority.display()),
                "--requestheader-allowed-names=front-proxy-client".to_owned(),
                "--requestheader-username-headers=X-Remote-User".to_owned(),
                "--requestheader-group-headers=X-Remote-Group".to_owned(),
                "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
                format!("--proxy-client-cert-file={}", to_extensions.certificate.display()),
                format!("--proxy-client-key-file={}", to_extensions.key.display()),
                "--enable-aggregator-routing=true".to_owned(),
                "--profiling=false".to_owned(),
            ],
        ))
    }

    fn controller_manager(&self, tools: &Tools) -> Result<Process> {
        self.client_of_the_api_server(
            tools,
            "kube-controller-manager",
            [
                "--use-service-account-credentials=true".to_owned(),
                format!("--service-account-private-key-file={}", self.authority.token_keys().key.display()),
                format!("--root-ca-file={}", self.authority.certificate().display()),
                format!("--cluster-signing-cert-file={}", self.authority.certificate().display()),
                format!("--cluster-signing-key-file={}", self.authority.key().display()),
                "--allocate-node-cidrs=true".to_owned(),
                format!("--cluster-cidr={POD_ADDRESSES}"),
                format!("--service-cluster-ip-range={SERVICE_ADDRESSES}"),
            ],
        )
    }

    fn scheduler(&self, tools: &Tools) -> Result<Process> {
        self.client_of_the_api_server(tools, "kube-scheduler", [])
    }

    /// What the two have in common.
    fn client_of_the_api_server<const N: usize>(
        &self,
        tools: &Tools,
        name: &'static str,
        own: [String; N],
    ) -> Result<Process> {
        let kubeconfig = self.kubeconfig(name, &format!("system:{name}"), None, &server())?;
        let kubeconfig = kubeconfig.display();
        let common = [
            format!("--kubeconfig={kubeconfig}"),
            format!("--authentication-kubeconfig={kubeconfig}"),
            format!("--authorization-kubeconfig={kubeconfig}"),
            "--bind-address=127.0.0.1".to_owned(),
            // There is one of each; waiting for a lease costs seconds.
            "--leader-elect=false".to_owned(),
            "--profiling=false".to_owned(),
        ];
        Ok(Process::new(name, tools.binary(name)?, common.into_iter().chain(own)))
    }
}
