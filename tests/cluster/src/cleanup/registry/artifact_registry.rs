//! Google's Artifact Registry: OCI's protocol, and an API that knows when each image came, untagged ones included.
//! Terraform's `cleanup_policies` do the everyday work there; they know nothing of Git.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::api::Api;
use super::oci::Oci;
use super::{Name, Registry};
use crate::cleanup::contents::{Contents, Digest, time};
use crate::cleanup::plan::Step;

const LOGIN: &str = "set GOOGLE_OAUTH_ACCESS_TOKEN to what `gcloud auth print-access-token` prints, and run `gcloud auth \
                     configure-docker` for the registry's host";

pub struct ArtifactRegistry {
    oci: Oci,
    api: Api,
    /// Where the images of the repository are.
    images: String,
    /// The name of ours among them, as `uri` ends before the digest.
    image: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    docker_images: Vec<Image>,
    #[serde(default)]
    next_page_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    /// `<host>/<project>/<repository>/<image>@sha256:…`
    uri: String,
    upload_time: String,
}

impl ArtifactRegistry {
    pub fn new(name: &Name, oci: Oci) -> Result<Self> {
        let Name { host, path } = name;
        let token = std::env::var("GOOGLE_OAUTH_ACCESS_TOKEN").ok().filter(|token| !token.is_empty());
        let api =
            Api::new("ARTIFACT_REGISTRY_URL", "https://artifactregistry.googleapis.com", "Artifact Registry", LOGIN)
                .with_token(token);
        let location = host.split_once("-docker.").map_or(host.as_str(), |(location, _)| location);
        let [project, repository, _] = path.splitn(3, '/').collect::<Vec<_>>()[..] else {
            bail!("{host}/{path} is no image of Artifact Registry: say {host}/PROJECT/REPOSITORY/IMAGE");
        };
        let images = format!("/v1/projects/{project}/locations/{location}/repositories/{repository}/dockerImages");
        Ok(Self { oci, api, images, image: format!("{host}/{path}@") })
    }

    /// Digest and time of everything under our image's name.
    fn pushed(&self) -> Result<Vec<(Digest, String)>> {
        let mut images = Vec::new();
        let mut token = String::new();
        loop {
            let page = self.api.get(&format!("{}?pageSize=500&pageToken={token}", self.images))?.body;
            let page: Page = serde_json::from_value(page)?;
            images.extend(
                page.docker_images
                    .into_iter()
                    .filter_map(|image| Some((image.uri.strip_prefix(&self.image)?.to_owned(), image.upload_time))),
            );
            token = page.next_page_token;
            if token.is_empty() {
                return Ok(images);
            }
        }
    }
}

impl Registry for ArtifactRegistry {
    fn read(&self, also: &[Digest]) -> Result<Contents> {
        let pushed = self.pushed()?;
        let digests: Vec<_> = pushed.iter().map(|(digest, _)| digest.clone()).chain(also.to_vec()).collect();
        let mut contents = self.oci.read(&digests)?;
        for (digest, uploaded) in pushed {
            if let Some(manifest) = contents.manifests.get_mut(&digest) {
                manifest.pushed = time(&uploaded);
            }
        }
        Ok(contents)
    }

    fn tags(&self) -> Result<BTreeMap<String, Digest>> {
        self.oci.tags()
    }

    fn delete(&self, step: &Step) -> Result<()> {
        match step {
            Step::Tag(reference) | Step::Manifest(reference) => self.oci.delete_reference(reference),
        }
    }
}
