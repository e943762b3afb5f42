//! Registries: read whole, and told what to delete. What is in common is OCI's protocol; what differs is who knows
//! when something was pushed, and who deletes.

mod api;
mod artifact_registry;
mod docker_hub;
mod failure;
mod github;
mod oci;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::contents::{CommitTimes, Contents, Digest};
use super::plan::Step;

/// One repository.
pub trait Registry {
    /// Everything in it, and what these digests lead to.
    fn read(&self, also: &[Digest]) -> Result<Contents>;

    /// Which tag names what, now.
    fn tags(&self) -> Result<BTreeMap<String, Digest>>;

    /// Deletes one thing; gone is gone, whoever did it.
    fn delete(&self, step: &Step) -> Result<()>;
}

/// Who runs a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// ghcr.io: only the packages API deletes
    Github,
    /// docker.io: only its own API deletes, and only tags
    DockerHub,
    /// *-docker.pkg.dev: tags before what they name
    ArtifactRegistry,
    /// Any other
    Oci,
}

impl Kind {
    /// As the host name tells.
    fn of(host: &str) -> Self {
        match host {
            "ghcr.io" => Self::Github,
            "docker.io" | "index.docker.io" | "registry-1.docker.io" => Self::DockerHub,
            host if host.ends_with("-docker.pkg.dev") => Self::ArtifactRegistry,
            _ => Self::Oci,
        }
    }
}

/// A repository's name taken apart: `ghcr.io/owner/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub host: String,
    /// Without the host.
    pub path: String,
}

impl Name {
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.strip_prefix("oci://").unwrap_or(text);
        // `./app` is a path on this machine.
        let is_host = |host: &str| host == "localhost" || host.contains(['.', ':']) && !host.starts_with('.');
        match text.split_once('/') {
            Some((host, path)) if is_host(host) && !path.contains([':', '@']) => {
                Ok(Self { host: host.to_owned(), path: path.to_owned() })
            }
            _ => bail!("`{text}` is no repository: say host and path without a tag, such as ghcr.io/owner/name"),
        }
    }

    /// The part before the first slash of the path, and the rest.
    fn owner(&self) -> Result<(&str, &str)> {
        match self.path.split_once('/') {
            Some(parts) => Ok(parts),
            None => bail!("{}/{} has no owner: say {}/OWNER/NAME", self.host, self.path, self.host),
        }
    }
}

/// The registry of that name.
pub fn open(name: &Name, kind: Option<Kind>, committed: Box<CommitTimes>) -> Result<Box<dyn Registry>> {
    let oci = oci::Oci::new(name, committed)?;
    Ok(match kind.unwrap_or_else(|| Kind::of(&name.host)) {
        Kind::Github => Box::new(github::GitHub::new(name, oci)?),
        Kind::DockerHub => Box::new(docker_hub::DockerHub::new(name, oci)?),
        Kind::ArtifactRegistry => Box::new(artifact_registry::ArtifactRegistry::new(name, oci)?),
        Kind::Oci => Box::new(oci),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_host_and_no_tag() {
        let name = Name::parse("oci://ghcr.io/me/charts/dogs").unwrap();
        assert_eq!((name.host.as_str(), name.owner().unwrap()), ("ghcr.io", ("me", "charts/dogs")));
        assert_eq!(Name::parse("127.0.0.1:5000/a").unwrap().path, "a");
        for text in ["", "name", "owner/name", "./name", "/name", "ghcr.io/me/dogs:1", "ghcr.io/me/dogs@sha256:00"] {
            assert!(Name::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_host_tells_who_deletes() {
        let kinds = ["ghcr.io", "docker.io", "europe-west4-docker.pkg.dev", "localhost:5000"].map(Kind::of);
        assert_eq!(kinds, [Kind::Github, Kind::DockerHub, Kind::ArtifactRegistry, Kind::Oci]);
    }
}
