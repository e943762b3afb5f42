//! What a machine must have. Each check answers with one sentence that names what is missing, and the remedy.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use nix::sys::statvfs::statvfs;

/// The way round what only a real node needs.
const SIMULATED: &str = "or take simulated nodes, which run no containers (make cluster NODES=simulated)";

/// Programs that a control plane with simulated nodes needs, and Debian's packages for them.
const PROGRAMS: &[(&str, &str)] =
    &[("ip", "iproute2"), ("unshare", "util-linux"), ("git", "git"), ("lighttpd", "lighttpd")];

/// What a real node needs beside them.
const NODE_PROGRAMS: &[(&str, &str)] = &[("runc", "runc"), ("nft", "nftables"), ("conntrack", "conntrack")];

/// The plugins that give pods their addresses, wherever a distribution puts them.
const CNI_DIRECTORIES: &[&str] = &["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

/// Checks for what every cluster needs.
pub fn control_plane() -> Result<()> {
    for (name, package) in PROGRAMS {
        program(name, package)?;
    }
    redis()?;
    ensure!(
        may_unshare(),
        "This machine refuses namespaces of one's own (unshare failed); run as root, or allow user namespaces \
         (sysctl kernel.unprivileged_userns_clone=1)."
    );
    Ok(())
}

/// Checks for what a node with containers needs.
pub fn node() -> Result<()> {
    ensure!(is_root(), "A real node needs root, for containers and their network; run with sudo, {SIMULATED}.");
    for (name, package) in NODE_PROGRAMS {
        program(name, package).with_context(|| format!("A real node cannot run here; {SIMULATED}"))?;
    }
    cni_directory()?;
    let filesystems = std::fs::read_to_string("/proc/filesystems").context("cannot read /proc/filesystems")?;
    ensure!(
        filesystems.contains("overlay")
            || Command::new("modprobe").arg("overlay").status().is_ok_and(|status| status.success()),
        "This kernel has no overlay filesystem, which images need; load the module `overlay`, {SIMULATED}."
    );
    super::cgroups::controllers().map(drop).with_context(|| format!("A real node cannot run here; {SIMULATED}"))
}

/// A program in PATH or where root's programs are.
pub fn program(name: &str, package: &str) -> Result<PathBuf> {
    find(name).with_context(|| format!("The program {name} is missing; install {package}."))
}

/// A Go that fetches the compiler which is asked for: 1.21, or later.
pub fn go() -> Result<()> {
    let go = program("go", "golang-go, or a release from go.dev (1.21 or newer)")?;
    // Older ones do not know the variable, and answer with nothing.
    let answer = Command::new(&go).args(["env", "GOTOOLCHAIN"]).env_remove("GOTOOLCHAIN").output();
    ensure!(
        answer.is_ok_and(|answer| !answer.stdout.trim_ascii().is_empty()),
        "{} is older than 1.21 and cannot fetch the compiler that is pinned; install a newer one, such as a release from go.dev.",
        go.display()
    );
    Ok(())
}

/// redis, or valkey, which took its place.
pub fn redis() -> Result<PathBuf> {
    find("redis-server")
        .or_else(|| find("valkey-server"))
        .context("Neither redis-server nor valkey-server is there, and Argo CD keeps its cache in one; install redis-server or valkey.")
}

/// The directory of the plugins bridge, host-local and portmap.
pub fn cni_directory() -> Result<PathBuf> {
    let own = std::env::var_os("CNI_PATH").map(PathBuf::from);
    own.into_iter()
        .chain(CNI_DIRECTORIES.iter().map(PathBuf::from))
        .find(|directory| ["bridge", "host-local", "portmap", "loopback"].iter().all(|name| directory.join(name).is_file()))
        .with_context(|| {
            format!("The CNI plugins are missing (bridge, host-local, portmap, loopback); install containernetworking-plugins, {SIMULATED}.")
        })
}

/// Room on the filesystem that holds the path.
pub fn disk(path: &Path, gigabytes: f32) -> Result<()> {
    let status = statvfs(path).with_context(|| format!("cannot ask for the free space of {}", path.display()))?;
    let free = status.blocks_available() as f64 * status.fragment_size() as f64 / 1e9;
    ensure!(
        free >= f64::from(gigabytes),
        "{} has {free:.1} GB free and {gigabytes:.0} GB are needed; make room, or set XDG_CACHE_HOME to a larger disk.",
        path.display()
    );
    Ok(())
}

/// Takes a port of the loopback address, for as long as the listener lives.
pub fn port(number: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, number)) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!(
                "Port {number} of 127.0.0.1 is in use; end what listens there (ss -ltnp 'sport = :{number}' tells), or choose others with --ports."
            )
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on port {number}")),
    }
}

/// Whether this process may do what root may.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

fn may_unshare() -> bool {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork"]);
    if !is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.arg("true").output().is_ok_and(|output| output.status.success())
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let error = program("no-such-program", "some-package").expect_err("it is not there");
        assert_eq!(error.to_string(), "The program no-such-program is missing; install some-package.");
    }

    #[test]
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
        let number = taken.local_addr().expect("an address").port();
        assert!(
            port(number)
                .expect_err("it is in use")
                .to_string()
                .starts_with(&format!("Port {number} of 127.0.0.1 is in use"))
        );
    }

    #[test]
    fn too_little_disk_is_refused() {
        disk(Path::new("/"), 0.0).expect("no room is needed");
        assert!(disk(Path::new("/"), 1e9).expect_err("no disk is that large").to_string().contains("GB are needed"));
    }
}
