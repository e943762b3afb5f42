//! Kinds that others define, at the versions the tree is written for: from their Go modules, and Percona's, which no
//! module carries, from where PERCONA_CRDS points.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::kubectl::Kubectl;
use crate::tools::Tools;

/// What was applied, and what could not be.
#[derive(Debug, Default)]
pub struct Crds {
    pub applied: Vec<String>,
    /// Names of what is missing, with the remedy: objects of these kinds are validated by nobody.
    pub missing: Vec<String>,
}

impl Crds {
    /// Applies the definitions of the named parts (folders of the tool `crds`), or all.
    pub fn apply(kubectl: &Kubectl, tools: &Tools, parts: &[&str]) -> Result<Self> {
        let root = tools.files("crds")?;
        let mut this = Self::default();
        let mut arguments = vec!["apply".to_owned(), "--server-side".to_owned(), "--force-conflicts".to_owned()];
        for part in parts {
            for path in definitions(&root.join(part))? {
                arguments.extend(["-f".to_owned(), path.display().to_string()]);
            }
            this.applied.push((*part).to_owned());
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        if !parts.is_empty() {
            // On the server's side: the large ones do not fit into the annotation of the other way.
            kubectl.run(&arguments)?;
        }
        Ok(this)
    }

    /// Applies everything there is, Percona's too.
    pub fn apply_all(kubectl: &Kubectl, tools: &Tools) -> Result<Self> {
        let mut this = Self::apply(
            kubectl,
            tools,
            &["argo-cd", "cert-manager", "external-secrets", "gateway-api", "prometheus-operator"],
        )?;
        match percona() {
            Some(path) => {
                kubectl.apply_path(&path)?;
                this.applied.push("percona".to_owned());
            }
            None => this.missing.push(
                "Percona's operator for MySQL (PERCONA_CRDS points nowhere; set it to the file or folder of its crd.yaml)".to_owned(),
            ),
        }
        Ok(this)
    }
}

/// A file or a folder with the CRDs of Percona's operator.
pub fn percona() -> Option<PathBuf> {
    let given = std::env::var_os("PERCONA_CRDS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/crds");
    given.into_iter().chain([beside]).find(|path| path.exists())
}

/// The files that define something, of a folder (which may also hold notes, and a kustomization) or the file itself.
pub fn definitions(folder: &Path) -> Result<Vec<PathBuf>> {
    if folder.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".yaml") && !name.starts_with("kustomization") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
