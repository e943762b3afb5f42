//! Any registry, by OCI's protocol: `tests/cluster/tools/registry-client` speaks it.

use std::collections::BTreeMap;
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::failure::failure;
use super::{Name, Registry};
use crate::cleanup::contents::{CommitTimes, Contents, Digest};
use crate::cleanup::plan::Step;
use crate::tools::Tools;

pub struct Oci {
    client: PathBuf,
    name: Name,
    committed: Box<CommitTimes>,
}

impl Oci {
    pub fn new(name: &Name, committed: Box<CommitTimes>) -> Result<Self> {
        let tools = Tools::ready(&["registry-client"])?;
        Ok(Self { client: tools.binary("registry-client")?.to_owned(), name: name.clone(), committed })
    }

    /// Deletes what a tag or a digest says, and no more.
    pub fn delete_reference(&self, reference: &str) -> Result<()> {
        self.ask("delete", &[reference], "").map(drop)
    }

    /// What the client printed for a command.
    fn ask(&self, command: &str, arguments: &[&str], input: &str) -> Result<Vec<u8>> {
        let mut file = tempfile::tempfile()?;
        file.write_all(input.as_bytes())?;
        file.rewind()?;
        let Name { host, path } = &self.name;
        let output = Command::new(&self.client)
            .args([command, &format!("{host}/{path}")])
            .args(arguments)
            .stdin(file)
            .output()
            .with_context(|| format!("cannot run {}", self.client.display()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        #[derive(Default, Deserialize)]
        struct Complaint {
            status: u16,
            message: String,
        }
        // Go's own last words are no JSON.
        let complaint = serde_json::from_slice(&output.stderr).unwrap_or_else(|_| Complaint {
            message: String::from_utf8_lossy(&output.stderr).into_owned(),
            ..Complaint::default()
        });
        Err(failure(host, complaint.status, &complaint.message, &format!("`docker login {host}` first")))
    }
}

impl Registry for Oci {
    fn read(&self, also: &[Digest]) -> Result<Contents> {
        let told = self.ask("read", &[], &also.join("\n"))?;
        let told = serde_json::from_slice(&told).context("registry-client printed what this cannot read")?;
        Ok(Contents::new(told, &self.committed))
    }

    fn tags(&self) -> Result<BTreeMap<String, Digest>> {
        serde_json::from_slice(&self.ask("tags", &[], "")?).context("registry-client printed what this cannot read")
    }

    /// # Design
    /// Tags go with the manifest that they name. Deleted before it, they would leave a manifest that nothing leads to, if
    /// the run breaks off there; Artifact Registry alone insists.
    fn delete(&self, step: &Step) -> Result<()> {
        match step {
            Step::Tag(_) => Ok(()),
            Step::Manifest(digest) => self.delete_reference(digest),
        }
    }
}
