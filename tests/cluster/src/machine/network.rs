//! The machine's own network: an address that processes and pods share, and none of the host's.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The node, the API server, Git and everything else that runs as a process.
pub const NODE_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 199, 0, 1);

/// Brings loopback up, and a pair of virtual cables whose one end carries the node's address: a loopback address
/// is refused as an endpoint, and not every kernel has the device type `dummy`.
pub fn bring_up() -> Result<()> {
    ip(&format!(
        "link set lo up\n\
         link add node0 type veth peer name node1\n\
         addr add {NODE_ADDRESS}/24 dev node0\n\
         link set node0 up\n\
         link set node1 up\n\
         route add default dev node0 src {NODE_ADDRESS}\n"
    ))?;
    set("net/ipv4/ip_forward", "1")?;
    // Network policies see traffic between pods only when bridges pass it to the packet filter; absent without
    // the module br_netfilter, and then only the tests of policies say so.
    let _ = set("net/bridge/bridge-nf-call-iptables", "1");
    Ok(())
}

fn ip(batch: &str) -> Result<()> {
    let mut child = Command::new("ip")
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run ip")?;
    child.stdin.take().context("ip takes no input")?.write_all(batch.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "cannot set up the network: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

fn set(name: &str, value: &str) -> Result<()> {
    std::fs::write(format!("/proc/sys/{name}"), value).with_context(|| format!("cannot set {name}"))
}
