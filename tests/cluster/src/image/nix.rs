//! The image that Nix built, taken as it is.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::archive::Digest;
use super::{Image, Layer};

/// From `nix build .#image`: an archive in Docker's format, not compressed. It has no manifest of OCI, so it gets ours.
pub fn from_docker_archive(archive: &Path) -> Result<Image> {
    let context = || format!("cannot read the image {}", archive.display());
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(fs::File::open(archive).with_context(context)?).entries().with_context(context)? {
        let mut entry = entry.with_context(context)?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content).with_context(context)?;
        files.insert(entry.path()?.to_string_lossy().into_owned(), content);
    }
    let manifest: Value = serde_json::from_slice(files.get("manifest.json").with_context(context)?)?;
    let name = |value: &Value| value.as_str().map(str::to_owned).with_context(context);
    let configuration = files.remove(&name(&manifest[0]["Config"])?).with_context(context)?;
    let mut layers = Vec::new();
    for layer in manifest[0]["Layers"].as_array().with_context(context)? {
        let content = files.get(&name(layer)?).cloned().with_context(context)?;
        ensure!(!content.starts_with(&[0x1f, 0x8b]), "{}: its layers are compressed", context());
        layers.push(Layer::uncompressed(content));
    }
    Ok(Image::assemble(configuration, layers))
}

/// From `nix build .#image-oci`: a directory with `layout/`. Its digest stays what `nix run .#reproduce` compares.
pub fn from_layout(output: &Path) -> Result<Image> {
    let layout = output.join("layout");
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let blob = |descriptor: &Value| -> Result<(Digest, Vec<u8>)> {
        let digest = Digest::parse(descriptor["digest"].as_str().unwrap_or_default())?;
        let content = read(&layout.join("blobs/sha256").join(&digest.as_str()["sha256:".len()..]))?;
        ensure!(Digest::of(&content) == digest, "the blob {digest} of {} is damaged", layout.display());
        Ok((digest, content))
    };
    let index: Value = serde_json::from_slice(&read(&layout.join("index.json"))?)?;
    let (_, manifest) = blob(&index["manifests"][0])?;
    let described: Value = serde_json::from_slice(&manifest)?;
    let (_, configuration) = blob(&described["config"])?;
    let differences: Value = serde_json::from_slice(&configuration)?;
    let mut layers = Vec::new();
    for (position, descriptor) in described["layers"].as_array().into_iter().flatten().enumerate() {
        let (digest, content) = blob(descriptor)?;
        layers.push(Layer {
            bytes: content.into(),
            digest,
            media_type: descriptor["mediaType"].as_str().unwrap_or_default().into(),
            difference: Digest::parse(differences["rootfs"]["diff_ids"][position].as_str().unwrap_or_default())?,
        });
    }
    Ok(Image::with_manifest(manifest, configuration, layers))
}
