//! The images that a checkout asks for, where no registry can be reached: each is assembled on this machine and
//! imported under every name that the checkout, or a commit before it, gives it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_yaml_ng::Value;

use super::{Digest, Image, from_docker_archive, from_layout, mysql, program, references};
use crate::Cluster;

const CHART_VALUES: &str = "k8s/charts/dog-gif-app/values.yaml";
const MYSQL: &str = "k8s/components/mysql-single/statefulset.yaml";

/// Where the program's image comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A binary that cargo built.
    Cargo(PathBuf),
    /// What `nix build .#image` (a file) or `.#image-oci` (a directory) made.
    Nix(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cargo(binary) => write!(formatter, "the cargo build {}", binary.display()),
            Self::Nix(output) => write!(formatter, "the Nix build {}", output.display()),
        }
    }
}

impl Source {
    /// The image as a release would have it, of this version and revision.
    pub fn image(&self, version: &str, revision: &str) -> Result<Image> {
        match self {
            Self::Cargo(binary) => program::from_cargo(binary, version, revision),
            Self::Nix(output) if output.is_dir() => from_layout(output),
            Self::Nix(archive) => from_docker_archive(archive),
        }
    }
}

/// Imports the program under `tag`, under its own digest, and as `stands_in_for`: digests that this machine cannot have.
pub fn import(
    cluster: &Cluster,
    image: &Image,
    repository: &str,
    tag: &str,
    stands_in_for: &[String],
) -> Result<Digest> {
    let digest = image.digest();
    let mut names = references(repository, tag, digest.as_str());
    let foreign = stands_in_for.iter().filter(|other| other.as_str() != digest.as_str());
    names.extend(foreign.map(|other| format!("{repository}@{other}")));
    cluster.import_image(image, &names)?;
    Ok(digest)
}

/// Assembles MySQL from Debian's packages, and imports it under the name that `components/mysql-single` asks for,
/// which is returned.
pub fn import_mysql(cluster: &Cluster, checkout: &Path, packages: &Path) -> Result<String> {
    let name = mysql_reference(checkout)?;
    cluster.import_image(&mysql::image(packages)?, std::slice::from_ref(&name))?;
    Ok(name)
}

/// The program's repository, which the chart names.
pub fn repository(checkout: &Path) -> Result<String> {
    let values = yaml(&checkout.join(CHART_VALUES))?;
    let repository = values["image"]["repository"].as_str();
    repository.map(str::to_owned).with_context(|| format!("{CHART_VALUES} names no image.repository"))
}

/// Every digest of the program that a version.yaml ever had, newest first: a revert may bring each of them back.
pub fn digests_in_history(checkout: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(checkout)
        .args(["log", "--format=", "--patch", "--unified=0", "HEAD", "--", "k8s/overlays/*/version.yaml"])
        .output()
        .context("cannot run git")?;
    ensure!(output.status.success(), "git log: {}", String::from_utf8_lossy(&output.stderr).trim());
    let mut digests = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some(digest) = line.strip_prefix("+  digest: ").map(|text| text.trim().to_owned())
            && !digests.contains(&digest)
        {
            digests.push(digest);
        }
    }
    Ok(digests)
}

/// As containerd looks for it: with a tag and a digest in one reference, the tag is dropped.
fn mysql_reference(checkout: &Path) -> Result<String> {
    let manifest = yaml(&checkout.join(MYSQL))?;
    let image = manifest["spec"]["template"]["spec"]["containers"][0]["image"].as_str();
    let image = image.with_context(|| format!("{MYSQL} names no image"))?;
    without_tag(image).with_context(|| format!("{MYSQL}: {image} has no digest"))
}

fn without_tag(reference: &str) -> Option<String> {
    let (name, digest) = reference.split_once('@')?;
    // A colon before the last slash belongs to the registry's port.
    let end = name.rfind('/').map_or(0, |slash| slash + 1);
    let name = name[end..].find(':').map_or(name, |colon| &name[..end + colon]);
    Some(format!("{name}@{digest}"))
}

fn yaml(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_yaml_ng::from_str(&text).with_context(|| format!("{} is no YAML", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn a_reference_loses_its_tag_and_nothing_else() {
        let cases = [
            ("docker.io/library/mysql:8.4.7@sha256:04", Some("docker.io/library/mysql@sha256:04")),
            ("localhost:5000/mysql@sha256:04", Some("localhost:5000/mysql@sha256:04")),
            ("localhost:5000/mysql:8@sha256:04", Some("localhost:5000/mysql@sha256:04")),
            ("mysql:8.4.7", None),
        ];
        for (reference, expected) in cases {
            assert_eq!(without_tag(reference).as_deref(), expected, "{reference}");
        }
    }

    #[test]
    fn the_tree_names_its_images_where_they_are_looked_for() {
        assert!(repository(&checkout()).expect("the chart's repository").contains('/'));
        assert!(
            mysql_reference(&checkout()).expect("MySQL's reference").starts_with("docker.io/library/mysql@sha256:")
        );
    }
}
