//! containerd, with a store of its own, and the images that are put into it.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Parts, pause};
use crate::image::Image;
use crate::kubectl::wait_until;
use crate::machine::{Process, requirements};

/// A containerd that answers.
#[derive(Clone, Debug)]
pub struct Containers {
    pub socket: PathBuf,
    ctr: PathBuf,
}

impl Containers {
    /// ctr in the kubelet's namespace, to add arguments to.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.ctr);
        command.arg("--address").arg(&self.socket).args(["--namespace", "k8s.io"]);
        command
    }

    /// Imports an image under these names, by way of an archive that is removed again.
    pub fn import(&self, image: &Image, names: &[String], archive: &Path) -> Result<()> {
        image.write(archive, names)?;
        self.run(&["images", "import", "--local", &archive.display().to_string()])?;
        std::fs::remove_file(archive).with_context(|| format!("cannot remove {}", archive.display()))
    }

    /// Runs ctr; what it printed.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command().args(arguments).output().context("cannot run ctr")?;
        ensure!(
            output.status.success(),
            "ctr {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

pub(super) fn start(parts: &Parts<'_>) -> Result<Containers> {
    let directory = parts.directory();
    network(&directory)?;
    let configuration = directory.join("containerd.toml");
    std::fs::write(&configuration, toml(&directory)?)?;
    let program = parts.tools.binary("containerd")?;
    let arguments = ["--config".to_owned(), configuration.display().to_string()];
    // It looks for its shim in PATH.
    let process = Process::new("containerd", program, arguments).environment([("PATH", parts.tools.path())]);
    parts.processes.start(process)?;
    let containers =
        Containers { socket: directory.join("run/containerd.sock"), ctr: parts.tools.binary("ctr")?.to_owned() };
    wait_until("containerd answers", Duration::from_secs(30), || {
        parts.processes.check()?;
        Ok(containers.run(&["version"]).is_ok().then_some(()))
    })?;
    let pause = pause::image(parts.tools.binary("pause")?)?;
    containers.import(&pause, &[pause::NAME.to_owned()], &directory.join("pause.tar"))?;
    Ok(containers)
}

fn toml(directory: &Path) -> Result<String> {
    let directory_name = directory.display();
    // Inside another container the root is an overlay, which cannot carry a second one.
    let snapshotter = if on_overlay(directory)? { "native" } else { "overlayfs" };
    Ok(format!(
        r#"version = 3
root = "{directory_name}/containerd"
state = "{directory_name}/run/containerd"
[grpc]
  address = "{directory_name}/run/containerd.sock"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "{snapshotter}"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "{pause}"
[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["{plugins}"]
    conf_dir = "{directory_name}/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = false
      BinaryName = "{runc}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{directory_name}/opt"
"#,
        pause = pause::NAME,
        plugins = requirements::cni_directory()?.display(),
        runc = requirements::program("runc", "runc")?.display(),
    ))
}

fn on_overlay(path: &Path) -> Result<bool> {
    let kind = nix::sys::statfs::statfs(path).context("cannot ask for the file system")?.filesystem_type();
    Ok(kind == nix::sys::statfs::OVERLAYFS_SUPER_MAGIC)
}

/// Pods hang on one bridge, each with an address of the node's range.
fn network(directory: &Path) -> Result<()> {
    let folder = directory.join("cni");
    std::fs::create_dir_all(&folder)?;
    let range = format!("{}/24", Ipv4Addr::new(10, 200, 0, 0));
    let text = serde_json::json!({
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [
            {
                "type": "bridge", "bridge": "pods0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                "ipam": {
                    "type": "host-local",
                    "dataDir": directory.join("addresses"),
                    "ranges": [[{"subnet": range}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": true}},
        ],
    });
    std::fs::write(folder.join("10-pods.conflist"), text.to_string())?;
    Ok(())
}
