//! The command line; `make cluster`, `make readme` and the delivery targets of the Makefile call it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use cluster::adoption::Adopt;
use cluster::cleanup::Cleanup;
use cluster::delivery::Delivery;
use cluster::image::checkout::{self, Source};
use cluster::{
    Cluster, Nodes, Options, argocd, chart, control_plane, git, image, machine::network::NODE_ADDRESS, secrets, tools,
};

/// What cargo calls the program.
const NAME: &str = "dog-gif-app";
/// Where cargo puts it.
const RELEASE: &str = "target/release/dog-gif-app";
/// The tag of what is imported first, as the overlays have it before any release.
const VERSION: &str = "0.1.0";
/// The tag of a second image, the same program with another revision, so that there is something to bump to.
const NEXT_VERSION: &str = "0.1.1-local";

/// The road to production on one machine, and the commands that promote a version.
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Kubernetes and Argo CD on this machine, syncing this checkout, until Ctrl-C
    Up(Up),
    /// Build the pinned tools (all, or those named) and print where they are
    Tools {
        names: Vec<String>,
    },
    #[command(flatten)]
    Delivery(Delivery),
    /// Print which images and charts may go, and delete them if told to
    Cleanup(Cleanup),
    /// Put the tree under another owner's names
    Adopt(Adopt),
    Image(image::command::Command),
    /// Write the chart's README.md
    Readme,
}

#[derive(clap::Args)]
struct Up {
    /// What runs pods
    #[arg(long, value_enum, default_value = "real", env = "NODES")]
    nodes: NodesChoice,
    /// How many simulated nodes; 3 when all are, else none
    #[arg(long, value_name = "COUNT")]
    kwok_nodes: Option<usize>,
    /// First of five ports of 127.0.0.1: dev, staging, production, Argo CD, Kubernetes
    #[arg(long, default_value_t = 5001)]
    ports: u16,
    /// The program: a binary that cargo built from this checkout, or what `nix build .#image` or `.#image-oci` made;
    /// cargo builds a release when none is given
    #[arg(long, value_name = "PATH", env = "IMAGE")]
    image: Option<PathBuf>,
    /// Let Argo CD find commits by itself
    #[arg(long)]
    no_webhook: bool,
    /// Kubernetes alone, without Argo CD
    #[arg(long)]
    no_argo_cd: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum NodesChoice {
    Real,
    Simulated,
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Up(up) => run(&up),
        Command::Tools { names } => list_tools(&names),
        Command::Delivery(delivery) => delivery.run(),
        Command::Cleanup(cleanup) => cleanup.run(&mut std::io::stdout()),
        Command::Adopt(adopt) => adopt.run(),
        Command::Image(image) => image.run(),
        Command::Readme => write_readme(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(up: &Up) -> Result<()> {
    let mut options = Options::new("cluster");
    match up.nodes {
        NodesChoice::Real => options.simulated = up.kwok_nodes.unwrap_or(0),
        NodesChoice::Simulated => options = options.simulated(up.kwok_nodes.unwrap_or(3)),
    }
    options.plan.until_signal = true;
    options.plan.ports = (up.ports..up.ports.saturating_add(5)).collect();
    options.webhook = !up.no_webhook;
    options.argo_cd = !up.no_argo_cd;
    let image = up.image.clone().unwrap_or_else(|| options.checkout.join(RELEASE));
    let machine = Cluster::enter_after(&options, || match up.image {
        _ if options.nodes == Nodes::Simulated || !options.argo_cd => Ok(()),
        Some(_) => image.metadata().map(drop).with_context(|| format!("no image at {}", image.display())),
        None => build_release(&options.checkout),
    })?;
    let cluster = Cluster::start(machine, &options)?;
    let [argo_cd, kubernetes] = [up.ports + 3, up.ports + 4];
    cluster.machine.lead(argo_cd, argocd::ADDRESS);
    cluster.machine.lead(kubernetes, SocketAddr::new(NODE_ADDRESS.into(), control_plane::PORT));
    let server = format!("https://127.0.0.1:{kubernetes}");
    let kubeconfig = cluster.control_plane.kubeconfig("host", "admin", Some("system:masters"), &server)?;
    println!("\n  export KUBECONFIG={}", kubeconfig.display());
    if options.argo_cd {
        println!("  Argo CD's API: http://127.0.0.1:{argo_cd} (no web page: this build carries none)");
        sync(&cluster, &options, up, &image)?;
    }
    println!("\nCtrl-C ends it, and leaves nothing behind.");
    loop {
        std::thread::sleep(Duration::from_secs(1));
        if let Err(error) = cluster.processes.check() {
            eprintln!("{error:#}");
        }
    }
}

fn build_release(checkout: &Path) -> Result<()> {
    let mut cargo = std::process::Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "--target-dir", "target"]).current_dir(checkout);
    let status = cargo.status().context("cannot run cargo")?;
    ensure!(status.success(), "cargo did not build the program ({status})");
    Ok(())
}

/// Puts the images where the kubelet looks first, and says what stands in for what; returns the next version's digest.
fn import_images(cluster: &Cluster, checkout: &Path, image: &Path) -> Result<String> {
    let image = image.canonicalize()?;
    let source = match image.file_name() {
        Some(name) if name == NAME => Source::Cargo(image),
        _ => Source::Nix(image),
    };
    let repository = checkout::repository(checkout)?;
    let named = checkout::digests_in_history(checkout)?;
    let head = git::head(checkout)?;
    let revision = &head[..12];
    let first = source.image(VERSION, revision)?;
    let digest = checkout::import(cluster, &first, &repository, VERSION, &named)?;
    println!("\n{repository}@{digest} is {source} of {revision}.");
    for other in named.iter().filter(|other| **other != digest.to_string()) {
        println!("  It stands in for @{other}, which Git names and this machine cannot pull.");
    }
    let next = first.with_revision(&format!("{revision}-next"))?;
    let digest = checkout::import(cluster, &next, &repository, NEXT_VERSION, &[])?;
    let mysql = checkout::import_mysql(cluster, checkout, &image::mysql::packages(checkout)?)?;
    println!("  MySQL 9.7 from Debian's packages stands in for {mysql}.");
    Ok(digest.to_string())
}

fn sync(cluster: &Cluster, options: &Options, up: &Up, image: &Path) -> Result<()> {
    let next = match options.nodes {
        Nodes::Real => import_images(cluster, &options.checkout, image)?,
        // Nobody pulls it there, so any will do.
        Nodes::Simulated => format!("sha256:{}", "1".repeat(64)),
    };
    println!("\nThe passwords of all environments are random; they stand in for the secret store.");
    cluster.bootstrap()?;
    println!("Argo CD syncs this checkout's HEAD …");
    match cluster.wait_for_applications(Duration::from_secs(300)) {
        Ok(taken) => println!("All Applications are Synced and Healthy, {:.1} s after root.", taken.as_secs_f32()),
        // Not the end: somebody wants to look at what is wrong, and to commit the fix.
        Err(error) => eprintln!("{error:#}"),
    }
    if options.nodes == Nodes::Simulated {
        println!("Simulated nodes run no containers, so there is no page to open.");
    } else {
        for (port, environment) in (up.ports..).zip(secrets::ENVIRONMENTS) {
            if let Ok(address) = cluster.service(&secrets::namespace(environment), "dog-gif-app") {
                cluster.machine.lead(port, SocketAddr::new(address, 80));
                println!("  {environment}: http://127.0.0.1:{port}");
            }
        }
    }
    println!("\nNext, in this checkout:");
    println!("  make bump ENVIRONMENT=dev TAG={NEXT_VERSION} DIGEST={next}");
    println!("  git commit --all --message 'dev: Try the next version'");
    println!("  kubectl --namespace argocd get applications --watch");
    println!("  git revert --no-edit HEAD       # brings the old version back");
    Ok(())
}

fn write_readme() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = chart::readme_path(&root);
    std::fs::write(&path, chart::readme(&root)?).with_context(|| format!("cannot write {}", path.display()))
}

fn list_tools(names: &[String]) -> Result<()> {
    let names: Vec<_> = match names {
        [] => tools::TABLE.iter().map(|tool| tool.name).collect(),
        named => named.iter().map(String::as_str).collect(),
    };
    for (name, path) in tools::Tools::ready(&names)?.iter() {
        println!("{name}\t{}", path.display());
    }
    Ok(())
}
