//! The images of the story: what Git names, under the very names that Git says, and versions of the program that are
//! good or broken.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cluster::Cluster;
use cluster::image::stand_in::Fault;
use cluster::image::{self, Image};
use cluster::secrets::ENVIRONMENTS;

pub const REPOSITORY: &str = "ghcr.io/dog-gif-app/dog-gif-app";

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
    pub never_ready: Version,
    pub failing_migration: Version,
}

impl Images {
    pub fn import(cluster: &Cluster, checkout: &Path, packages: &Path) -> Result<Self> {
        let scratch = cluster.machine.data.join("images");
        std::fs::create_dir_all(&scratch)?;
        // `cargo test` built it, or Nix did.
        let program = std::env::var_os("DOG_GIF_APP").map(PathBuf::from);
        let program = program.unwrap_or_else(|| checkout.join("target/debug/dog-gif-app"));
        let first = image::program::from_cargo(&program, checkout, "0.1.0", "at-head")?;
        let names: Vec<_> = committed(checkout)?.iter().map(|digest| format!("{REPOSITORY}@{digest}")).collect();
        println!("          stand-ins, for want of a registry: {}: the cargo build", names.join(", "));
        import(cluster, &scratch, &first, names)?;
        let mysql = mysql(checkout)?;
        println!("          {}: MySQL of Debian's packages", mysql.join(", "));
        import(cluster, &scratch, &image::mysql::image(packages)?, mysql)?;
        let version = |tag: &'static str, image: &Image| {
            let digest = image.digest().as_str().to_owned();
            import(cluster, &scratch, image, image::references(REPOSITORY, tag, &digest))?;
            anyhow::Ok(Version { tag, digest })
        };
        let good = |tag: &'static str| version(tag, &first.with_revision(tag)?);
        let faulty = |tag, fault| version(tag, &first.with_revision(tag)?.with_fault(fault, &scratch)?);
        Ok(Self {
            good: [good("0.1.1")?, good("0.1.2")?, good("0.1.3")?],
            never_ready: faulty("0.2.0", Fault::NeverReady)?,
            failing_migration: faulty("0.2.1", Fault::FailingMigration)?,
        })
    }
}

/// Written as an archive, imported, and forgotten.
fn import(cluster: &Cluster, scratch: &Path, image: &Image, references: Vec<String>) -> Result<()> {
    let archive = scratch.join("image.tar");
    image.write(&archive, &references)?;
    let references: Vec<_> = references.iter().map(String::as_str).collect();
    cluster.import_image(&archive, &references)?;
    Ok(std::fs::remove_file(archive)?)
}

/// The digests of the program that the tree says, each once.
fn committed(checkout: &Path) -> Result<Vec<String>> {
    let mut digests = Vec::new();
    for environment in ENVIRONMENTS {
        let path = checkout.join(format!("k8s/overlays/{environment}/version.yaml"));
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let digest = text.lines().find_map(|line| line.trim().strip_prefix("digest: "));
        digests.push(digest.with_context(|| format!("{} names no digest", path.display()))?.to_owned());
    }
    digests.dedup();
    Ok(digests)
}

/// What components/mysql-single asks for, by digest and by tag.
fn mysql(checkout: &Path) -> Result<Vec<String>> {
    let path = checkout.join("k8s/components/mysql-single/statefulset.yaml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let reference = text.lines().find_map(|line| line.trim().strip_prefix("image: "));
    let reference = reference.with_context(|| format!("{} names no image", path.display()))?;
    let (name, digest) = reference.split_once('@').with_context(|| format!("{reference} has no digest"))?;
    let repository = name.rsplit_once(':').map_or(name, |(repository, _)| repository);
    Ok(vec![format!("{repository}@{digest}"), name.to_owned()])
}
