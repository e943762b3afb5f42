//! What a repository holds, in no registry's words: manifests, which of them need which, and the tags that name them.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `sha256:…`; in a repository of chart files, a file's name.
pub type Digest = String;

/// When the commit of this id was made; nothing if it is not of our history.
pub type CommitTimes = dyn Fn(&str) -> Option<OffsetDateTime>;

/// Everything that a repository told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    pub tags: BTreeMap<String, Digest>,
    pub manifests: BTreeMap<Digest, Manifest>,
}

/// An image, an index of images, a chart, or what says something about one of these.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// What an index names, such as an image for each platform.
    pub children: Vec<Digest>,
    /// What this is about, if it is a signature, an SBOM or an attestation.
    pub subject: Option<Digest>,
    /// What it takes to keep it, itself included, with sizes in bytes.
    pub blobs: BTreeMap<Digest, u64>,
    /// When it came, or, where no registry says so, when it was made.
    pub pushed: Option<OffsetDateTime>,
    /// Name and version, if it is a chart.
    pub chart: Option<(String, Version)>,
}

/// What `registry-client` prints.
#[derive(Deserialize)]
pub struct Told {
    tags: BTreeMap<String, Digest>,
    manifests: Vec<ToldManifest>,
}

#[derive(Deserialize)]
struct ToldManifest {
    digest: Digest,
    size: u64,
    body: Body,
    #[serde(default)]
    config: Value,
}

/// The members of image manifests and indexes that say what needs what.
#[derive(Deserialize)]
struct Body {
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
    subject: Option<Descriptor>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: Digest,
    #[serde(default)]
    size: u64,
}

impl Contents {
    /// Takes in what a registry told.
    pub fn new(told: Told, committed: &CommitTimes) -> Self {
        let manifests = told.manifests.into_iter().map(|told| {
            let pushed = made(&told, committed);
            let ToldManifest { digest, size, body, config } = told;
            let blobs = body.config.iter().chain(&body.layers).map(|blob| (blob.digest.clone(), blob.size));
            let manifest = Manifest {
                blobs: blobs.chain([(digest.clone(), size)]).collect(),
                children: body.manifests.into_iter().map(|child| child.digest).collect(),
                subject: body.subject.map(|subject| subject.digest),
                pushed,
                chart: chart(&config),
            };
            (digest, manifest)
        });
        let mut contents = Self { manifests: manifests.collect(), tags: told.tags };
        contents.believe_tags();
        contents
    }

    /// Who signs without a referrers API leaves the subject in the tag alone: `sha256-<hex>`, and with an ending, cosign's.
    fn believe_tags(&mut self) {
        for (tag, digest) in &self.tags {
            if let (Some(subject), Some(manifest)) = (subject_of(tag), self.manifests.get_mut(digest)) {
                manifest.subject.get_or_insert(subject);
            }
        }
    }

    /// The tags that people gave a manifest, without those that say what it is about.
    pub fn versions(&self) -> BTreeMap<&Digest, Vec<&str>> {
        let mut versions: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (tag, digest) in self.tags.iter().filter(|(tag, _)| subject_of(tag).is_none()) {
            versions.entry(digest).or_default().push(tag.as_str());
        }
        versions.retain(|digest, _| self.manifests.contains_key(*digest));
        versions
    }

    /// What says something about each manifest.
    pub fn referrers(&self) -> BTreeMap<&Digest, Vec<&Digest>> {
        let mut referrers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (digest, manifest) in &self.manifests {
            if let Some(subject) = &manifest.subject {
                referrers.entry(subject).or_default().push(digest);
            }
        }
        referrers
    }

    /// When the newest part of a manifest came: an index says nothing of itself.
    pub fn pushed(&self, digest: &str) -> Option<OffsetDateTime> {
        self.newest(digest, &mut BTreeSet::new())
    }

    fn newest(&self, digest: &str, seen: &mut BTreeSet<Digest>) -> Option<OffsetDateTime> {
        let manifest = self.manifests.get(digest).filter(|_| seen.insert(digest.to_owned()))?;
        manifest.pushed.or_else(|| manifest.children.iter().filter_map(|child| self.newest(child, seen)).max())
    }
}

/// The digest that a tag such as `sha256-<64 hex>.sig` is about.
fn subject_of(tag: &str) -> Option<Digest> {
    let rest = tag.strip_prefix("sha256-")?;
    let (hex, ending) = rest.split_at_checked(64)?;
    let known = matches!(ending, "" | ".sig" | ".att" | ".sbom");
    (known && hex.bytes().all(|digit| digit.is_ascii_hexdigit())).then(|| format!("sha256:{hex}"))
}

/// When it was made, by its own words.
///
/// # Design
/// No registry speaks of pushes in the OCI protocol, and what Nix builds says 1970, or its digest would change with the
/// day. But it names its commit, and Git knows when that was made: minutes before the image.
fn made(told: &ToldManifest, committed: &CommitTimes) -> Option<OffsetDateTime> {
    let annotation = told.body.annotations.get("org.opencontainers.image.created").map(String::as_str);
    let labels = &told.config["config"]["Labels"];
    let revision = labels["org.opencontainers.image.revision"].as_str();
    let stated = [annotation, told.config["created"].as_str()].into_iter().flatten().filter_map(time);
    stated.filter(|time| time.year() > 1980).max().or_else(|| committed(revision?))
}

/// A time as all of these APIs write it.
pub fn time(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// Helm keeps Chart.yaml as the configuration.
fn chart(config: &Value) -> Option<(String, Version)> {
    // Images have neither of the two.
    Some((config["name"].as_str()?.to_owned(), Version::parse(config["version"].as_str()?).ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn contents(told: Value) -> Contents {
        let commit = |revision: &str| (revision == "c0ffee").then(|| time("2026-11-20T10:00:00Z").unwrap());
        Contents::new(serde_json::from_value(told).unwrap(), &commit)
    }

    fn pushed(body: Value, config: Value) -> Option<OffsetDateTime> {
        let told =
            json!({"tags": {}, "manifests": [{"digest": "sha256:a", "size": 1, "body": body, "config": config}]});
        contents(told).pushed("sha256:a")
    }

    #[test]
    fn what_nix_built_is_as_old_as_its_commit() {
        let label = json!({"Labels": {"org.opencontainers.image.revision": "c0ffee"}});
        let config = json!({"created": "1970-01-01T00:00:01Z", "config": label});
        assert_eq!(pushed(json!({}), config), time("2026-11-20T10:00:00Z"));
        let foreign = json!({"Labels": {"org.opencontainers.image.revision": "of another repository"}});
        assert_eq!(pushed(json!({}), json!({"created": "1970-01-01T00:00:01Z", "config": foreign})), None);
        assert_eq!(pushed(json!({}), json!({"created": "2026-11-25T00:00:00Z"})), time("2026-11-25T00:00:00Z"));
        let annotated = json!({"annotations": {"org.opencontainers.image.created": "2026-11-26T00:00:00Z"}});
        assert_eq!(pushed(annotated, Value::Null), time("2026-11-26T00:00:00Z"));
    }

    #[test]
    fn an_index_is_as_old_as_its_newest_image_also_if_it_names_itself() {
        let image = |digest: &str, created: &str| json!({"digest": digest, "size": 1, "body": {}, "config": {"created": created}});
        let index = json!({"manifests": [{"digest": "sha256:a"}, {"digest": "sha256:b"}, {"digest": "sha256:i"}]});
        let contents = contents(json!({"tags": {}, "manifests": [
            image("sha256:a", "2026-11-01T00:00:00Z"),
            image("sha256:b", "2026-11-02T00:00:00Z"),
            {"digest": "sha256:i", "size": 1, "body": index},
        ]}));
        assert_eq!(contents.pushed("sha256:i"), time("2026-11-02T00:00:00Z"));
    }

    #[test]
    fn a_tag_may_say_what_its_manifest_is_about() {
        let hex = "0123456789abcdef".repeat(4);
        for (tag, about) in [
            (format!("sha256-{hex}"), true),
            (format!("sha256-{hex}.sig"), true),
            (format!("sha256-{hex}.sbom"), true),
            (format!("sha256-{hex}-rebuilt"), false),
            ("sha256-abc".to_owned(), false),
            (format!("v{hex}"), false),
        ] {
            let told =
                json!({"tags": {&tag: "sha256:s"}, "manifests": [{"digest": "sha256:s", "size": 1, "body": {}}]});
            let contents = contents(told);
            assert_eq!(contents.manifests["sha256:s"].subject.is_some(), about, "{tag}");
            assert_eq!(contents.versions().is_empty(), about, "{tag}");
        }
    }
}
