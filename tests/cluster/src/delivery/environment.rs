//! Environments are the directories of k8s/overlays; three of them stand in a row, and versions walk along it.

use std::cmp::Ordering;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The road of a version. An environment beside it (a preview, say) is bumped and never promoted to.
pub const ROAD: [&str; 3] = ["dev", "staging", "production"];

/// Where environments lie, from the root of the checkout.
pub const OVERLAYS: &str = "k8s/overlays";

/// One environment that exists in some tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment(String);

impl Environment {
    /// Every environment of the tree, in the order of the road; none if the tree has no overlays.
    pub fn all(tree: &Path) -> Result<Vec<Self>> {
        let directory = tree.join(OVERLAYS);
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("cannot read {}", directory.display()))?,
        };
        let mut environments = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                environments.push(Self(entry.file_name().to_string_lossy().into_owned()));
            }
        }
        environments.sort();
        Ok(environments)
    }

    /// The environment of that name, or a sentence that names those there are.
    pub fn find(tree: &Path, name: &str) -> Result<Self> {
        let all = Self::all(tree)?;
        if let Some(environment) = all.iter().find(|environment| environment.0 == name) {
            return Ok(environment.clone());
        }
        if all.is_empty() {
            bail!("{OVERLAYS} has no environments in {}: run this in a checkout of the app", tree.display());
        }
        let names: Vec<_> = all.iter().map(Self::name).collect();
        bail!("there is no environment `{name}`; {OVERLAYS} has {}", names.join(", "))
    }

    pub fn name(&self) -> &str {
        &self.0
    }

    /// Its overlay, from the root of the checkout.
    pub fn overlay(&self) -> PathBuf {
        Path::new(OVERLAYS).join(&self.0)
    }

    /// The file that says which image it runs, from the root of the checkout.
    pub fn version_file(&self) -> String {
        format!("{OVERLAYS}/{}/version.yaml", self.0)
    }

    /// The environment whose versions are promoted to this one.
    pub fn predecessor(&self) -> Option<&'static str> {
        ROAD.windows(2).find(|pair| pair[1] == self.0).map(|pair| pair[0])
    }

    fn position(&self) -> usize {
        ROAD.iter().position(|name| *name == self.0).unwrap_or(ROAD.len())
    }
}

impl Ord for Environment {
    fn cmp(&self, other: &Self) -> Ordering {
        self.position().cmp(&other.position()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Environment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_directories_in_the_order_of_the_road() {
        let tree = tempfile::tempdir().unwrap();
        for name in ["staging", "preview", "dev", "production"] {
            fs::create_dir_all(tree.path().join(OVERLAYS).join(name)).unwrap();
        }
        fs::write(tree.path().join(OVERLAYS).join("README.md"), "").unwrap();
        let all = Environment::all(tree.path()).unwrap();
        let names: Vec<_> = all.iter().map(Environment::name).collect();
        assert_eq!(names, ["dev", "staging", "production", "preview"]);
        let predecessors: Vec<_> = all.iter().map(Environment::predecessor).collect();
        assert_eq!(predecessors, [None, Some("dev"), Some("staging"), None]);
    }

    #[test]
    fn a_path_is_no_environment() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir_all(tree.path().join(OVERLAYS).join("dev")).unwrap();
        let error = Environment::find(tree.path(), "../overlays/dev").unwrap_err();
        assert_eq!(error.to_string(), "there is no environment `../overlays/dev`; k8s/overlays has dev");
    }
}
