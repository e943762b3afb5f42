//! The images of the story: what Git names, under the very names that Git says, and versions of the program that are
//! good, broken, or not there at all.

use std::path::Path;

use anyhow::Result;
use cluster::Cluster;
use cluster::image::Image;
use cluster::image::checkout::{self, Source};
use cluster::image::stand_in::Fault;

use crate::next_version::NextVersion;

/// A version of the program, as `make bump` wants it.
#[derive(Clone, Debug)]
pub struct Version {
    /// Also the revision that `/version` shows.
    pub tag: &'static str,
    pub digest: String,
}

pub struct Images {
    /// One program in several revisions.
    pub good: [Version; 3],
    /// With a migration of its own.
    pub next: Version,
    pub never_ready: Version,
    pub failing_migration: Version,
    /// No registry has it, and nobody imported it.
    pub missing: Version,
}

impl Images {
    pub fn import(cluster: &Cluster, checkout: &Path, packages: &Path, next: &NextVersion) -> Result<Self> {
        // What is to be released, as Nix made it; or else what `cargo test` built.
        let source = match std::env::var_os("DOG_GIF_APP_IMAGE") {
            Some(image) => Source::Nix(checkout.join(image)),
            None => Source::Cargo(checkout.join("target/debug/dog-gif-app")),
        };
        let first = source.image("0.1.0", "at-head")?;
        let repository = checkout::repository(checkout)?;
        let named = checkout::digests_in_history(checkout)?;
        checkout::import(cluster, &first, &repository, "0.1.0", &named)?;
        println!("          {source}, {}, stands in for {repository}@{}", first.digest(), named.join(", @"));
        let mysql = checkout::import_mysql(cluster, checkout, packages)?;
        println!("          MySQL of Debian's packages stands in for {mysql}");
        let version = |tag: &'static str, image: &Image| {
            let digest = checkout::import(cluster, image, &repository, tag, &[])?.to_string();
            anyhow::Ok(Version { tag, digest })
        };
        let good = |tag: &'static str| version(tag, &first.with_revision(tag)?);
        let faulty = |tag, fault| version(tag, &first.with_revision(tag)?.with_fault(fault, &cluster.machine.data)?);
        Ok(Self {
            good: [good("0.1.1")?, good("0.1.2")?, good("0.1.3")?],
            next: version("0.1.4", &next.image("0.1.4")?)?,
            never_ready: faulty("0.2.0", Fault::NeverReady)?,
            failing_migration: faulty("0.2.1", Fault::FailingMigration)?,
            missing: Version { tag: "0.2.2", digest: format!("sha256:{}", "0".repeat(64)) },
        })
    }
}
