//! etcd, API server, controller manager and scheduler: a Kubernetes without nodes.

mod certificates;
pub mod crds;
mod processes;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::kubectl::{Kubectl, wait_until};
use crate::machine::{Processes, network::NODE_ADDRESS};
use crate::tools::Tools;

pub use certificates::Authority;
pub use crds::Crds;

/// The API server, inside the machine.
pub const PORT: u16 = 6443;

/// Addresses of Services; the first is the API server's own.
pub const SERVICE_ADDRESSES: &str = "10.96.0.0/16";
/// Addresses of pods; each node has a /24 of them.
pub const POD_ADDRESSES: &str = "10.200.0.0/16";

/// A control plane that answers.
#[derive(Debug)]
pub struct ControlPlane {
    pub authority: Authority,
    directory: PathBuf,
}

impl ControlPlane {
    /// Starts the four and waits until they are ready.
    pub fn start(tools: &Tools, processes: &Processes, data: &Path) -> Result<Self> {
        let directory = data.join("control-plane");
        std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
        let authority = Authority::new(&data.join("certificates"))?;
        let this = Self { authority, directory };
        this.start_processes(tools, processes)?;
        Ok(this)
    }

    /// Writes a kubeconfig for a user: a certificate with this name and group. Host and machine read the same file,
    /// but at different addresses.
    pub fn kubeconfig(&self, name: &str, user: &str, group: Option<&str>, server: &str) -> Result<PathBuf> {
        let client = self.authority.client(name, user, group)?;
        let path = self.directory.join(format!("{name}.kubeconfig"));
        let text = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "local", "cluster": {"server": server, "certificate-authority": self.authority.certificate()}}],
            "users": [{"name": user, "user": {"client-certificate": client.certificate, "client-key": client.key}}],
            "contexts": [{"name": "local", "context": {"cluster": "local", "user": user}}],
            "current-context": "local",
        });
        std::fs::write(&path, format!("{text:#}\n")).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// A kubectl with all rights.
    pub fn kubectl(&self, tools: &Tools) -> Result<Kubectl> {
        let kubeconfig = self.kubeconfig("admin", "admin", Some("system:masters"), &server())?;
        Ok(Kubectl::new(tools.binary("kubectl")?, kubeconfig, self.directory.join("kubectl-cache")))
    }

    /// Waits for what the controller manager makes at its start, without which no pod is admitted.
    pub fn wait_for_controllers(kubectl: &Kubectl, processes: &Processes) -> Result<()> {
        wait_until("the controller manager made the default ServiceAccount", Duration::from_secs(60), || {
            processes.check()?;
            kubectl.get("serviceaccount", "default", "default")
        })?;
        Ok(())
    }
}

/// Where processes of the machine find the API server.
pub fn server() -> String {
    format!("https://{NODE_ADDRESS}:{PORT}")
}
