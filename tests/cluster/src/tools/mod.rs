//! The programs a cluster is made of, at pinned versions: found in PATH, or built once from `tools/<name>/go.mod`.
//! It knows where they are, not what they are for.

mod build;
mod copies;
mod search;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

pub use table::{Binary, Files, TABLE, Tool, tool};

/// What `Cluster::start` needs, in the order of use.
pub const FOR_A_CLUSTER: &[&str] = &[
    "etcd",
    "kubernetes",
    "containerd",
    "pause",
    "coredns",
    "metrics-server",
    "kwok",
    "kustomize",
    "helm",
    "argo-cd",
    "crds",
];

/// Where each tool is, once it is there.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    directories: BTreeMap<&'static str, PathBuf>,
    binaries: BTreeMap<&'static str, PathBuf>,
}

impl Tools {
    /// Finds the named tools, and builds those that are missing. Needs a network for what was never built here.
    pub fn ready(names: &[&str]) -> Result<Self> {
        let mut missing = Vec::new();
        for name in names {
            let tool = named(name)?;
            if search::find(tool)?.is_none() {
                missing.push(tool);
            }
        }
        build::all(&missing)?;
        Self::present(names)
    }

    /// Finds the named tools; an error if one was not built. Needs no network.
    pub fn present(names: &[&str]) -> Result<Self> {
        let mut tools = Self::default();
        for name in names {
            let tool = named(name)?;
            let found = search::find(tool)?
                .with_context(|| format!("{} {} is not built; run `cluster tools {name}`", tool.name, tool.version))?;
            for binary in tool.binaries {
                tools.binaries.insert(binary.name, found.binaries.join(binary.name));
            }
            tools.directories.insert(tool.name, found.files);
        }
        Ok(tools)
    }

    /// The path of a program, by the name it has in the table.
    pub fn binary(&self, name: &str) -> Result<&Path> {
        self.binaries.get(name).map(PathBuf::as_path).ok_or_else(|| anyhow!("no tool in use brings the program {name}"))
    }

    /// The directory of the files that a tool's modules bring along, such as `crds`.
    pub fn files(&self, name: &str) -> Result<&Path> {
        self.directories.get(name).map(PathBuf::as_path).ok_or_else(|| anyhow!("the tool {name} is not in use"))
    }

    /// A value for PATH that finds every tool in use first.
    pub fn path(&self) -> String {
        let mut directories: Vec<_> = self.binaries.values().filter_map(|path| path.parent()).collect();
        directories.sort_unstable();
        directories.dedup();
        let mut path: Vec<_> = directories.into_iter().map(|directory| directory.display().to_string()).collect();
        // runc, nft and ip are for root, and so is their directory, which a shell's PATH may lack.
        path.push(std::env::var("PATH").unwrap_or_default());
        path.push("/usr/sbin:/sbin".to_owned());
        path.join(":")
    }

    /// Every program and its path, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.binaries.iter().map(|(name, path)| (*name, path.as_path()))
    }
}

fn named(name: &str) -> Result<&'static Tool> {
    match tool(name) {
        Some(tool) => Ok(tool),
        None => {
            let known: Vec<_> = TABLE.iter().map(|tool| tool.name).collect();
            bail!("{name} is no tool of ours; there are {}", known.join(", "))
        }
    }
}
