//! GitHub's registry. It answers OCI's deletions with 405; its packages API has versions, each a manifest with all its
//! tags, of which platforms and signatures are untagged ones: whoever deletes those breaks the images that stay.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use super::api::Api;
use super::oci::Oci;
use super::{Name, Registry};
use crate::cleanup::contents::{Contents, Digest, time};
use crate::cleanup::plan::Step;

const LOGIN: &str = "set GITHUB_TOKEN to a token with read:packages and delete:packages; in a workflow that of the job will \
                     do, with `packages: write` and the package's \"Actions access\" set to admin";

pub struct GitHub {
    oci: Oci,
    api: Api,
    /// Where the package's versions are.
    versions: String,
    /// Which version each manifest is, as last seen.
    ids: RefCell<BTreeMap<Digest, u64>>,
}

#[derive(Deserialize)]
struct Version {
    id: u64,
    /// The digest.
    name: Digest,
    created_at: String,
    updated_at: String,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    container: Container,
}

#[derive(Deserialize)]
struct Container {
    tags: Vec<String>,
}

impl GitHub {
    pub fn new(name: &Name, oci: Oci) -> Result<Self> {
        let token = std::env::var("GITHUB_TOKEN").ok().filter(|token| !token.is_empty());
        let api =
            Api::new("GITHUB_API_URL", "https://api.github.com", "GitHub's packages API", LOGIN).with_token(token);
        let (owner, package) = name.owner()?;
        let account = api.get(&format!("/users/{owner}"))?;
        let of = if account.body["type"] == "Organization" { "orgs" } else { "users" };
        let versions = format!("/{of}/{owner}/packages/container/{}/versions", package.replace('/', "%2F"));
        Ok(Self { oci, api, versions, ids: RefCell::default() })
    }

    fn versions(&self) -> Result<Vec<Version>> {
        let mut versions: Vec<Version> = Vec::new();
        for page in self.api.pages(&format!("{}?per_page=100", self.versions))? {
            versions.extend(serde_json::from_value::<Vec<_>>(page)?);
        }
        *self.ids.borrow_mut() = versions.iter().map(|version| (version.name.clone(), version.id)).collect();
        Ok(versions)
    }
}

impl Registry for GitHub {
    fn read(&self, also: &[Digest]) -> Result<Contents> {
        let versions = self.versions()?;
        // Every version, tagged or not, so that nothing that needs another is overlooked.
        let digests: Vec<_> = versions.iter().map(|version| version.name.clone()).chain(also.to_vec()).collect();
        let mut contents = self.oci.read(&digests)?;
        for version in versions {
            if let Some(manifest) = contents.manifests.get_mut(&version.name) {
                // A tag that was moved here lately makes it no older.
                manifest.pushed = time(&version.created_at).max(time(&version.updated_at));
            }
        }
        Ok(contents)
    }

    fn tags(&self) -> Result<BTreeMap<String, Digest>> {
        let named = |version: Version| {
            let Version { name, metadata, .. } = version;
            metadata.container.tags.into_iter().map(move |tag| (tag, name.clone()))
        };
        Ok(self.versions()?.into_iter().flat_map(named).collect())
    }

    fn delete(&self, step: &Step) -> Result<()> {
        // Tags go with their version.
        match step {
            Step::Manifest(digest) => match self.ids.borrow().get(digest) {
                Some(id) => self.api.delete(&format!("{}/{id}", self.versions)),
                None => Ok(()),
            },
            Step::Tag(_) => Ok(()),
        }
    }
}
