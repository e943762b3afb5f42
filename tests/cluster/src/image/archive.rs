//! An image: configuration, layers, and the archive that containerd imports.

use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use super::Layer;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIGURATION: &str = "application/vnd.oci.image.config.v1+json";

/// `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        let hexadecimal: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("sha256:{hexadecimal}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        ensure!(
            digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
            "{text:?} is no digest: it is sha256: and 64 hexadecimal digits"
        );
        Ok(Self(text.into()))
    }

    fn blob(&self) -> String {
        self.0.replace("sha256:", "blobs/sha256/")
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a container of the image runs as; the members are those of the OCI image configuration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    /// `user:group`, as numbers.
    pub user: String,
    pub working_directory: String,
    pub environment: Vec<(String, String)>,
    pub ports: Vec<&'static str>,
    pub volumes: Vec<&'static str>,
    pub labels: Vec<(String, String)>,
}

/// A whole image. Cheap to copy: layers are shared.
#[derive(Clone, Debug)]
pub struct Image {
    configuration: Vec<u8>,
    manifest: Vec<u8>,
    layers: Vec<Layer>,
}

impl Image {
    pub fn new(settings: &Settings, layers: Vec<Layer>) -> Self {
        let empty_values = |names: &[&str]| -> Value {
            names.iter().map(|name| ((*name).to_owned(), json!({}))).collect::<serde_json::Map<_, _>>().into()
        };
        let labels: serde_json::Map<_, _> =
            settings.labels.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let environment: Vec<_> = settings.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let configuration = json!({
            "architecture": architecture(),
            "os": "linux",
            "config": {
                "Entrypoint": settings.entrypoint,
                "Cmd": settings.command,
                "User": settings.user,
                "WorkingDir": settings.working_directory,
                "StopSignal": "SIGTERM",
                "Env": environment,
                "ExposedPorts": empty_values(&settings.ports),
                "Volumes": empty_values(&settings.volumes),
                "Labels": labels,
            },
            "rootfs": {
                "type": "layers",
                "diff_ids": layers.iter().map(|layer| layer.difference.as_str()).collect::<Vec<_>>(),
            },
        });
        Self::assemble(configuration.to_string().into_bytes(), layers)
    }

    /// Around a configuration that exists, whose `diff_ids` are those of `layers`.
    pub(super) fn assemble(configuration: Vec<u8>, layers: Vec<Layer>) -> Self {
        let descriptors: Vec<_> =
            layers.iter().map(|layer| descriptor(&layer.media_type, &layer.digest, layer.bytes.len())).collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(CONFIGURATION, &Digest::of(&configuration), configuration.len()),
            "layers": descriptors,
        });
        Self::with_manifest(manifest.to_string().into_bytes(), configuration, layers)
    }

    /// To the byte as somebody else made it, so that its digest stays.
    pub(super) fn with_manifest(manifest: Vec<u8>, configuration: Vec<u8>, layers: Vec<Layer>) -> Self {
        Self { configuration, manifest, layers }
    }

    /// Of the manifest: what stands behind the `@` of a reference.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }

    pub(super) fn configuration(&self) -> Result<Value> {
        serde_json::from_slice(&self.configuration).context("the image's configuration is no JSON")
    }

    /// The same files with another configuration.
    pub(super) fn reconfigured(&self, change: impl FnOnce(&mut Value)) -> Result<Self> {
        let mut configuration = self.configuration()?;
        change(&mut configuration["config"]);
        Ok(Self::assemble(configuration.to_string().into_bytes(), self.layers.clone()))
    }

    /// The same image and one layer more.
    pub(super) fn on_top(&self, layer: Layer) -> Result<Self> {
        let mut configuration = self.configuration()?;
        configuration["rootfs"]["diff_ids"]
            .as_array_mut()
            .context("the image's configuration lists no layers")?
            .push(json!(layer.difference.as_str()));
        let layers = self.layers.iter().cloned().chain([layer]).collect();
        Ok(Self::assemble(configuration.to_string().into_bytes(), layers))
    }

    /// Writes the archive, whole or not at all; containerd will know the image by each of `references`.
    pub fn write(&self, archive: &Path, references: &[String]) -> Result<Digest> {
        ensure!(!references.is_empty(), "an image without a name cannot be run");
        let part = archive.with_extension("part");
        let context = || format!("cannot write the image {}", archive.display());
        let mut tar = Builder::new(BufWriter::new(File::create(&part).with_context(context)?));
        add(&mut tar, "oci-layout", json!({ "imageLayoutVersion": "1.0.0" }).to_string().as_bytes())?;
        add(&mut tar, "index.json", self.index(references).to_string().as_bytes())?;
        add(&mut tar, &self.digest().blob(), &self.manifest)?;
        add(&mut tar, &Digest::of(&self.configuration).blob(), &self.configuration)?;
        let mut written = std::collections::BTreeSet::new();
        for layer in self.layers.iter().filter(|layer| written.insert(&layer.digest)) {
            add(&mut tar, &layer.digest.blob(), &layer.bytes)?;
        }
        tar.into_inner()?.flush().with_context(context)?;
        std::fs::rename(&part, archive).with_context(context)?;
        Ok(self.digest())
    }

    fn index(&self, references: &[String]) -> Value {
        let named = |reference: &String| {
            let mut manifest = descriptor(MANIFEST, &self.digest(), self.manifest.len());
            manifest["platform"] = json!({ "architecture": architecture(), "os": "linux" });
            // The first is containerd's own and carries the whole name; the second is the specification's.
            manifest["annotations"] = json!({
                "io.containerd.image.name": reference,
                "org.opencontainers.image.ref.name": reference,
            });
            manifest
        };
        json!({ "schemaVersion": 2, "manifests": references.iter().map(named).collect::<Vec<_>>() })
    }
}

/// The two names that the kubelet may ask for: `repository:tag` and `repository@digest`. With a tag and a digest
/// in one reference, containerd looks for the latter.
pub fn references(repository: &str, tag: &str, digest: &str) -> Vec<String> {
    vec![format!("{repository}:{tag}"), format!("{repository}@{digest}")]
}

fn descriptor(media_type: &str, digest: &Digest, size_bytes: usize) -> Value {
    json!({ "mediaType": media_type, "digest": digest.as_str(), "size": size_bytes })
}

/// The machine's own, in the words of Go, which OCI uses.
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn add(tar: &mut Builder<BufWriter<File>>, name: &str, content: &[u8]) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(content.len() as u64);
    tar.append_data(&mut header, name, content).with_context(|| format!("cannot add {name} to the archive"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use super::*;
    use crate::image::LayerBuilder;

    fn image(labels: &[(&str, &str)]) -> Image {
        let mut layer = LayerBuilder::default();
        layer.file("/bin/program", 0o755, b"#!").unwrap();
        let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let settings = Settings { entrypoint: vec!["/bin/program".into()], labels, ..Settings::default() };
        Image::new(&settings, vec![layer.finish().unwrap()])
    }

    #[test]
    fn the_same_input_has_the_same_digest() {
        let labels = [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")];
        let mut backwards = labels;
        backwards.reverse();
        assert_eq!(image(&labels).digest(), image(&backwards).digest());
        assert_ne!(image(&labels).digest(), image(&labels[1..]).digest());
    }

    #[test]
    fn each_blob_is_what_its_name_says_and_each_descriptor_finds_one() {
        let archive = std::env::temp_dir().join(format!("image-{}.tar", std::process::id()));
        let image = image(&[]);
        let names = references("example.test/program", "1", image.digest().as_str());
        image.write(&archive, &names).unwrap();
        let mut blobs = BTreeMap::new();
        for entry in tar::Archive::new(File::open(&archive).unwrap()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            blobs.insert(entry.path().unwrap().to_string_lossy().into_owned(), content);
        }
        std::fs::remove_file(&archive).unwrap();
        for (name, content) in blobs.iter().filter(|(name, _)| name.starts_with("blobs/")) {
            assert_eq!(*name, Digest::of(content).blob());
        }
        let index: Value = serde_json::from_slice(&blobs["index.json"]).unwrap();
        assert_eq!(index["manifests"].as_array().unwrap().len(), names.len());
        let find = |descriptor: &Value| {
            let blob = &blobs[&Digest::parse(descriptor["digest"].as_str().unwrap()).unwrap().blob()];
            assert_eq!(descriptor["size"], blob.len());
            blob
        };
        let manifest: Value = serde_json::from_slice(find(&index["manifests"][0])).unwrap();
        let configuration: Value = serde_json::from_slice(find(&manifest["config"])).unwrap();
        let layer = find(&manifest["layers"][0]);
        assert_eq!(configuration["rootfs"]["diff_ids"][0], Digest::of(layer).as_str());
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for text in ["", "sha256:", "sha256:abc", &format!("sha256:{}", "G".repeat(64)), &"a".repeat(64)] {
            assert!(Digest::parse(text).is_err(), "{text}");
        }
    }
}
