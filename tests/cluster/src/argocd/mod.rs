//! Argo CD as processes beside the API server, deciding as production's does: its settings are read from the very
//! values that production's chart gets.

mod applications;
mod settings;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

pub use applications::{Application, applications, wait_for_all};
pub use settings::Settings;

use crate::control_plane::{ControlPlane, server};
use crate::kubectl::{Kubectl, wait_until};
use crate::machine::{Machine, Process, Processes, requirements};
use crate::tools::Tools;

/// Its API and webhook, inside the machine.
pub const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

const REDIS_PORT: u16 = 6379;
const REPO_SERVER: &str = "127.0.0.1:8081";

/// One binary: what it is depends on the name it is called by.
const NAMES: [&str; 6] = [
    "argocd",
    "argocd-application-controller",
    "argocd-applicationset-controller",
    "argocd-git-ask-pass",
    "argocd-repo-server",
    "argocd-server",
];

/// Starts it and waits until it is healthy. Its CRDs must be there.
pub(crate) fn start(
    machine: &Machine,
    tools: &Tools,
    processes: &Processes,
    control_plane: &ControlPlane,
    kubectl: &Kubectl,
    settings: &Settings,
) -> Result<()> {
    let directory = machine.data.join("argo-cd");
    lay_out(&directory, tools)?;
    settings.apply(kubectl, &tools.files("argo-cd")?.join("config"))?;
    let kubeconfig = control_plane.kubeconfig("argo-cd", "argo-cd", Some("system:masters"), &server())?;
    processes.start(Process::new(
        "redis",
        requirements::redis()?,
        ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", &REDIS_PORT.to_string()]
            .map(str::to_owned)
            .into_iter()
            .chain(["--dir".to_owned(), directory.display().to_string()]),
    ))?;
    let environment = environment(&directory, &kubeconfig, tools, settings);
    let program = |name: &str| directory.join("bin").join(name);
    let kubeconfig = format!("--kubeconfig={}", kubeconfig.display());
    let redis = format!("--redis=127.0.0.1:{REDIS_PORT}");
    let repo_server = format!("--repo-server={REPO_SERVER}");
    let start = |name: &'static str, arguments: &[&str]| {
        processes.start(Process::new(name, program(name), arguments.iter().copied()).environment(environment.clone()))
    };
    start(
        "argocd-repo-server",
        &[
            "--address=127.0.0.1",
            "--port=8081",
            "--metrics-address=127.0.0.1",
            "--metrics-port=8084",
            &redis,
            // Between processes of one machine; with TLS off it must not look for an authority either.
            "--disable-tls",
            "--client-ca-path=",
        ],
    )?;
    start(
        "argocd-application-controller",
        &[&kubeconfig, "--namespace=argocd", &redis, &repo_server, "--repo-server-plaintext", "--metrics-port=8082"],
    )?;
    start(
        "argocd-applicationset-controller",
        &[
            &kubeconfig,
            "--namespace=argocd",
            &format!("--argocd-repo-server={REPO_SERVER}"),
            "--repo-server-plaintext",
            "--metrics-addr=127.0.0.1:8085",
            "--probe-addr=127.0.0.1:8086",
            "--webhook-addr=127.0.0.1:7000",
        ],
    )?;
    start(
        "argocd-server",
        &[
            &kubeconfig,
            "--namespace=argocd",
            &redis,
            &repo_server,
            "--repo-server-plaintext",
            "--insecure",
            // Whoever reaches the loopback address of this machine may also read the kubeconfig.
            "--disable-auth",
            "--address=127.0.0.1",
            "--port=8080",
            "--metrics-address=127.0.0.1",
            "--metrics-port=8083",
            "--staticassets=",
        ],
    )?;
    for port in [8084, 8082, ADDRESS.port()] {
        wait_until(&format!("Argo CD is healthy on port {port}"), Duration::from_secs(60), || {
            processes.check()?;
            let answer = ureq::get(format!("http://127.0.0.1:{port}/healthz")).call();
            Ok(answer.is_ok().then_some(()))
        })?;
    }
    Ok(())
}

fn lay_out(directory: &Path, tools: &Tools) -> Result<()> {
    for name in ["bin", "tls", "ssh", "gpg", "tmp", "home", "plugin"] {
        std::fs::create_dir_all(directory.join(name))
            .with_context(|| format!("cannot make {}", directory.display()))?;
    }
    let binary = tools.binary("argocd")?;
    for name in NAMES {
        symlink(binary, directory.join("bin").join(name))?;
    }
    // Called even when no signature is asked for; without them no manifest is made ("permission denied").
    for name in ["git-verify-wrapper.sh", "gpg-wrapper.sh"] {
        let to = directory.join("bin").join(name);
        std::fs::copy(tools.files("argo-cd")?.join("hack").join(name), &to)?;
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn environment(directory: &Path, kubeconfig: &Path, tools: &Tools, settings: &Settings) -> Vec<(String, String)> {
    let at = |name: &str| directory.join(name).display().to_string();
    let mut environment: Vec<(String, String)> = [
        ("PATH", format!("{}:{}", at("bin"), tools.path())),
        ("HOME", at("home")),
        ("TMPDIR", at("tmp")),
        ("KUBECONFIG", kubeconfig.display().to_string()),
        // `https://kubernetes.default.svc` then means the API server of the kubeconfig.
        ("ARGOCD_FAKE_IN_CLUSTER", "true".to_owned()),
        ("ARGOCD_TLS_DATA_PATH", at("tls")),
        ("ARGOCD_SSH_DATA_PATH", at("ssh")),
        ("ARGOCD_GPG_DATA_PATH", at("gpg")),
        ("ARGOCD_GNUPGHOME", at("gpg")),
        ("ARGOCD_GPG_ENABLED", "false".to_owned()),
        // In /tmp it would outlive the machine, and be in the way of another's.
        ("ARGOCD_ASK_PASS_SOCK", at("ask-pass.sock")),
        ("ARGOCD_PLUGINSOCKFILEPATH", at("plugin")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    environment.extend(settings.environment());
    environment
}
