//! What the story plays on: a cluster with Argo CD, the repository it syncs, and images for it.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

use anyhow::Result;
use cluster::machine::Machine;
use cluster::{Cluster, Options};

use crate::images::Images;
use crate::next_version::NextVersion;
use crate::repository::{Commit, Repository};
use crate::watch::Watch;

pub struct Stage {
    pub cluster: Cluster,
    /// What Argo CD syncs: the tree of the checkout at first, and what the story commits on top.
    pub repository: Repository,
    pub images: Images,
    /// Every change of every Application, with its moment.
    pub watch: Watch,
    /// When everything was Synced and Healthy for the first time.
    pub bootstrapped: OnceLock<Instant>,
}

impl Stage {
    /// The tests commit, so Git is a repository of their own, with the tree of the checkout as it lies there.
    pub fn set(
        machine: Machine,
        options: &mut Options,
        checkout: &Path,
        packages: &Path,
        next: &NextVersion,
    ) -> Result<Self> {
        let begin = Instant::now();
        let repository = Repository::snapshot(checkout, &machine.data.join("repository"))?;
        repository.root().clone_into(&mut options.checkout);
        let cluster = Cluster::start(machine, options)?;
        let images = Images::import(&cluster, checkout, packages, next)?;
        println!("{:6.1} s  images are assembled and imported", begin.elapsed().as_secs_f32());
        let watch = Watch::begin(&cluster.kubectl)?;
        Ok(Self { cluster, repository, images, watch, bootstrapped: OnceLock::new() })
    }

    /// As a forge tells of a push.
    pub fn tell(&self, commit: &Commit) -> Result<()> {
        cluster::git::push(self.repository.root(), &commit.before, &commit.id)
    }

    /// What one asks first when something is not as it should be.
    pub fn what_is_there(&self) -> String {
        let kubectl = &self.cluster.kubectl;
        let mut said: Vec<_> = self.watch.now().values().map(|state| format!("  {state}")).collect();
        let get = |what: &str| kubectl.run(&["get", what, "--all-namespaces"]).unwrap_or_default();
        said.push(get("pods,jobs"));
        let warnings =
            ["get", "events", "--all-namespaces", "--field-selector=type=Warning", "--sort-by=.lastTimestamp"];
        let warnings = kubectl.run(&warnings).unwrap_or_default();
        let lines: Vec<_> = warnings.lines().collect();
        said.extend(lines[lines.len().saturating_sub(12)..].iter().map(|line| (*line).to_owned()));
        said.join("\n")
    }
}
