//! A release: each platform by digest, one index, and the tag last.

use std::fs;
use std::path::Path;
use std::process::Command;

use cluster::tools::Tools;
use serde_json::{Value, json};

use super::scripts::Checkout;
use crate::commands::{fail, succeed};
use crate::registry::{REPOSITORY, Registry, children, digest};

/// An OCI layout with one image, as `nix build .#image-oci` makes one.
pub fn layout(directory: &Path, architecture: &str) -> String {
    let blobs = directory.join("layout/blobs/sha256");
    fs::create_dir_all(&blobs).expect("a directory");
    let blob = |bytes: &[u8], media_type: &str| {
        let digest = digest(bytes);
        fs::write(blobs.join(digest.trim_start_matches("sha256:")), bytes).expect("a blob");
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    };
    let config = json!({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}});
    let config = blob(config.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json");
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let image = json!({"schemaVersion": 2, "mediaType": manifest, "config": config, "layers": []});
    let descriptor = blob(image.to_string().as_bytes(), manifest);
    let index = json!({"schemaVersion": 2, "manifests": [descriptor]});
    fs::write(directory.join("layout/index.json"), index.to_string()).expect("an index");
    fs::write(directory.join("layout/oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).expect("a layout");
    descriptor["digest"].as_str().expect("a digest").to_owned()
}

fn release(checkout: &Checkout, registry: &Registry, cosign: &str) -> Command {
    // The project under the name that this registry gives it.
    checkout.publish_to(&format!("{}/{}", registry.host, REPOSITORY.rsplit_once('/').expect("a path").0));
    let cosign = checkout.cosign(cosign);
    let client = Tools::ready(&["registry-client"]).expect("the client");
    let mut command = checkout.script("release.sh");
    command.env("TAG", "main-1").env("COSIGN", cosign);
    command.env("REGISTRY_CLIENT", client.binary("registry-client").expect("the client"));
    command
}

#[test]
fn one_index_names_the_image_of_each_platform_and_the_same_again_has_the_same_digest() {
    let (checkout, registry) = (Checkout::new(), Registry::start());
    let images = tempfile::tempdir().expect("a directory");
    let directories = ["amd64", "arm64"].map(|architecture| images.path().join(architecture));
    let digests: Vec<_> =
        directories.iter().zip(["amd64", "arm64"]).map(|(directory, name)| layout(directory, name)).collect();
    let said = succeed(release(&checkout, &registry, "exit 0").args(&directories));
    let published = said.lines().find_map(|line| line.strip_prefix("digest=")).expect("a digest").to_owned();
    assert!(said.starts_with(&format!("repository={}/dogs/kennel/dog-gif-app\n", registry.host)), "{said}");

    let address = format!("http://{}/v2/dogs/kennel/dog-gif-app/manifests/main-1", registry.host);
    let index = ureq::get(address).header("Accept", crate::registry::INDEX).call().expect("an index");
    let index = index.into_body().read_to_string().expect("a text");
    assert_eq!(digest(index.as_bytes()), published);
    let index: Value = serde_json::from_str(&index).expect("JSON");
    assert_eq!(children(&index), digests);
    assert_eq!(index["manifests"][1]["platform"], json!({"architecture": "arm64", "os": "linux"}));
    let asked = checkout.cosign_was_asked();
    assert_eq!(asked, format!("sign --yes --recursive {}/dogs/kennel/dog-gif-app@{published}\n", registry.host));

    let again = succeed(release(&checkout, &registry, "exit 0").args(&directories));
    assert_eq!(again, said);
}

#[test]
fn half_a_release_is_none() {
    let (checkout, registry) = (Checkout::new(), Registry::start());
    let images = tempfile::tempdir().expect("a directory");
    layout(&images.path().join("amd64"), "amd64");
    let both = [images.path().join("amd64"), images.path().join("arm64")];
    let said = fail(release(&checkout, &registry, "exit 0").args(&both));
    assert!(said.starts_with("release: ") && said.ends_with("arm64 holds no layout\n"), "{said}");
    // Pushed and not signed: nobody is told the digest.
    layout(&both[1], "arm64");
    let output = release(&checkout, &registry, "exit 1").args(&both).output().expect("the script");
    assert!(!output.status.success() && output.stdout.is_empty());
}
