//! The whole: from options to a cluster that answers.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::argocd::{self, Settings};
use crate::control_plane::{ControlPlane, Crds};
use crate::image::Image;
use crate::kubectl::Kubectl;
use crate::machine::{self, Machine, Plan, Processes};
use crate::node::{self, Containers, Parts};
use crate::tools::{self, Tools};
use crate::{git, secrets};

/// What runs pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nodes {
    /// One real node: containers, network, volumes.
    Real,
    /// None that is real; see `Options::simulated`.
    Simulated,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub plan: Plan,
    pub nodes: Nodes,
    /// How many KWOK nodes; beside a real node they are tainted.
    pub simulated: usize,
    /// Whether to start Argo CD, and Git for it.
    pub argo_cd: bool,
    /// The repository whose HEAD is served, and whose values are Argo CD's settings.
    pub checkout: PathBuf,
    /// Whether a commit is told to Argo CD; it finds out by itself otherwise.
    pub webhook: bool,
    /// Tools beside those of a cluster, by the names of the table.
    pub more_tools: Vec<&'static str>,
}

impl Options {
    /// A real node and Argo CD on the checkout that this crate is part of, without ports outside.
    pub fn new(name: &str) -> Self {
        Self {
            plan: Plan { name: name.to_owned(), ports: Vec::new(), containers: true, until_signal: false },
            nodes: Nodes::Real,
            simulated: 0,
            argo_cd: true,
            checkout: Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
            webhook: true,
            more_tools: Vec::new(),
        }
    }

    /// The same with nodes that only pretend, which needs neither root nor containers.
    pub fn simulated(mut self, count: usize) -> Self {
        self.nodes = Nodes::Simulated;
        self.simulated = count;
        self.plan.containers = false;
        self
    }

    fn tools(&self) -> Vec<&'static str> {
        tools::FOR_A_CLUSTER.iter().copied().chain(self.more_tools.iter().copied()).collect()
    }
}

/// A cluster that answers. It ends with the process that started the machine.
#[derive(Debug)]
pub struct Cluster {
    pub machine: Machine,
    pub tools: Tools,
    pub processes: Processes,
    pub control_plane: ControlPlane,
    pub kubectl: Kubectl,
    /// None where all nodes are simulated.
    pub containers: Option<Containers>,
    pub crds: Crds,
    checkout: PathBuf,
}

impl Cluster {
    /// Call it first in `main`: it returns inside the machine only, where the cluster's addresses can be reached and
    /// nothing else can. The process that called it waits outside, cleans up, and ends with the status of the inside.
    pub fn enter(options: &Options) -> Result<Machine> {
        Self::enter_after(options, || Ok(()))
    }

    /// The same; once it is known that this machine can, and the tools are there, `preparation` runs, outside.
    pub fn enter_after(options: &Options, preparation: impl FnOnce() -> Result<()>) -> Result<Machine> {
        machine::enter(&options.plan, || {
            Tools::ready(&options.tools())?;
            preparation()
        })
    }

    /// Starts everything, printing seconds.
    pub fn start(machine: Machine, options: &Options) -> Result<Self> {
        let start = Instant::now();
        let say = |what: &str| println!("{:6.1} s  {what}", start.elapsed().as_secs_f32());
        let tools = Tools::present(&options.tools())?;
        let processes = Processes::new(machine.data.join("log"))?;
        let control_plane = ControlPlane::start(&tools, &processes, &machine.data)?;
        say("Kubernetes' API server is ready");
        let kubectl = control_plane.kubectl(&tools)?;
        let parts = Parts {
            machine: &machine,
            tools: &tools,
            processes: &processes,
            control_plane: &control_plane,
            kubectl: &kubectl,
        };
        // The kinds take some six seconds, in which a node gets ready as well.
        let (crds, containers) = std::thread::scope(|scope| {
            let crds = scope.spawn(|| Crds::apply_all(&kubectl, &tools));
            let containers = match options.nodes {
                Nodes::Real => node::start(&parts).map(Some),
                Nodes::Simulated => node::simulate(&parts, options.simulated, false).map(|()| None),
            };
            let crds = crds.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            crds.and_then(|crds| Ok((crds, containers?)))
        })?;
        if containers.is_some() {
            say("a real node is Ready");
        }
        say(&format!("kinds of {} are known", crds.applied.join(", ")));
        for missing in &crds.missing {
            println!("          not known, so nobody validates them: {missing}");
        }
        if options.simulated > 0 {
            if options.nodes == Nodes::Real {
                node::simulate(&parts, options.simulated, true)?;
            }
            say(&format!("{} simulated nodes are Ready", options.simulated));
        }
        if options.argo_cd {
            git::serve(&machine, &processes, &options.checkout)?;
            let settings = Settings::read(&options.checkout)?;
            argocd::start(&machine, &tools, &processes, &control_plane, &kubectl, &settings)?;
            if options.webhook {
                git::announce(&options.checkout)?;
            }
            say("Argo CD is healthy");
        }
        ControlPlane::wait_for_controllers(&kubectl, &processes)?;
        Ok(Self {
            machine,
            tools,
            processes,
            control_plane,
            kubectl,
            containers,
            crds,
            checkout: options.checkout.clone(),
        })
    }

    /// Puts an image where the kubelet looks first, under these names; see `image::references`.
    pub fn import_image(&self, image: &Image, names: &[String]) -> Result<()> {
        let containers = self.containers.as_ref().context("simulated nodes hold no images")?;
        containers.import(image, names, &self.machine.data.join("image.tar"))
    }

    /// Hands the tree to Argo CD: passwords, then the one file applied by hand.
    pub fn bootstrap(&self) -> Result<()> {
        secrets::make(&self.kubectl)?;
        self.kubectl.apply_path(&self.checkout.join("argocd/clusters/local/root.yaml"))?;
        Ok(())
    }

    /// Waits until all Applications are Synced and Healthy.
    pub fn wait_for_applications(&self, deadline: Duration) -> Result<Duration> {
        argocd::wait_for_all(&self.kubectl, deadline)
    }

    /// The address of a Service.
    pub fn service(&self, namespace: &str, name: &str) -> Result<std::net::IpAddr> {
        let service = self.kubectl.get("service", namespace, name)?;
        let service = service.with_context(|| format!("there is no Service {namespace}/{name}"))?;
        let address = service["spec"]["clusterIP"].as_str().unwrap_or_default();
        address.parse().with_context(|| format!("the Service {namespace}/{name} has no address"))
    }
}
