//! Docker Hub. It refuses deletions by OCI's protocol; its own API deletes tags, and it collects the rest by itself.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use super::api::Api;
use super::oci::Oci;
use super::{Name, Registry};
use crate::cleanup::contents::{Contents, Digest, time};
use crate::cleanup::plan::Step;

const LOGIN: &str = "set DOCKERHUB_USERNAME, and DOCKERHUB_TOKEN to an access token that may read, write and delete";

pub struct DockerHub {
    oci: Oci,
    api: Api,
    /// Where the repository's tags are.
    tags: String,
}

#[derive(Deserialize)]
struct Page {
    results: Vec<Tag>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
    tag_last_pushed: Option<String>,
}

impl DockerHub {
    pub fn new(name: &Name, oci: Oci) -> Result<Self> {
        let api = Api::new("DOCKERHUB_URL", "https://hub.docker.com", "Docker Hub", LOGIN);
        let [user, secret] =
            ["DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN"].map(|name| std::env::var(name).unwrap_or_default());
        let answer = api.post("/v2/auth/token", &json!({"identifier": user, "secret": secret}))?;
        let token = answer.body["access_token"].as_str().map(str::to_owned);
        let (namespace, repository) = name.owner()?;
        let tags = format!("/v2/namespaces/{namespace}/repositories/{repository}/tags");
        Ok(Self { oci, api: api.with_token(token), tags })
    }

    fn pushed(&self) -> Result<Vec<Tag>> {
        let mut tags = Vec::new();
        let mut next = Some(format!("{}?page_size=100", self.tags));
        while let Some(address) = next {
            let page: Page = serde_json::from_value(self.api.get(&address)?.body)?;
            tags.extend(page.results);
            next = page.next.filter(|address| !address.is_empty());
        }
        Ok(tags)
    }
}

impl Registry for DockerHub {
    fn read(&self, also: &[Digest]) -> Result<Contents> {
        let mut contents = self.oci.read(also)?;
        for tag in self.pushed()? {
            let pushed = tag.tag_last_pushed.as_deref().and_then(time);
            let Some(digest) = contents.tags.get(&tag.name) else { continue };
            // Of several tags the last counts.
            if let Some(manifest) = contents.manifests.get_mut(digest) {
                manifest.pushed = manifest.pushed.max(pushed);
            }
        }
        Ok(contents)
    }

    fn tags(&self) -> Result<BTreeMap<String, Digest>> {
        self.oci.tags()
    }

    fn delete(&self, step: &Step) -> Result<()> {
        match step {
            Step::Tag(tag) => self.api.delete(&format!("{}/{tag}", self.tags)),
            Step::Manifest(_) => Ok(()),
        }
    }
}
