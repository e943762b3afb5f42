//! `nix build .#image-index`: one index over the images of several platforms, which stay as they are.

use std::fs::{create_dir_all, read_to_string, write};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::process::new_directory;
use crate::harness::tree::root;

/// Writes a blob, and returns its descriptor.
fn blob(layout: &Path, media_type: &str, content: &Value) -> Value {
    let text = content.to_string();
    let digest = hex::encode(Sha256::digest(&text));
    create_dir_all(layout.join("blobs/sha256")).unwrap();
    write(layout.join("blobs/sha256").join(&digest), &text).unwrap();
    json!({ "mediaType": media_type, "digest": format!("sha256:{digest}"), "size": text.len() })
}

/// A layout with an image of no layers; returns the descriptor of its manifest.
fn layout(directory: &Path, architecture: &str) -> Value {
    let config = json!({ "architecture": architecture, "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] } });
    let config = blob(directory, "application/vnd.oci.image.config.v1+json", &config);
    let manifest = json!({ "schemaVersion": 2, "config": config, "layers": [] });
    let manifest = blob(directory, "application/vnd.oci.image.manifest.v1+json", &manifest);
    write(directory.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    write(directory.join("index.json"), json!({ "schemaVersion": 2, "manifests": [manifest] }).to_string()).unwrap();
    manifest
}

fn image_index(directory: &Path, layouts: &[&Path]) -> Output {
    let mut command = Command::new(root().join("tests/scripts/image_index.py"));
    command.arg(directory).arg("1.2.3").args(layouts).output().expect("python3")
}

#[test]
fn an_index_names_every_platform_and_keeps_its_digest() {
    let directory = new_directory("image-index");
    let (amd64, arm64) = (directory.join("amd64"), directory.join("arm64"));
    let manifests = [layout(&amd64, "amd64"), layout(&arm64, "arm64")];

    let mut digests = Vec::new();
    for (name, order) in [("there", [amd64.as_path(), &arm64]), ("back", [arm64.as_path(), &amd64])] {
        let together = directory.join(name);
        let run = image_index(&together, &order);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let digest = String::from_utf8(run.stdout).expect("UTF-8").trim().to_owned();
        let top: Value = serde_json::from_str(&read_to_string(together.join("index.json")).unwrap()).unwrap();
        assert_eq!(top["manifests"][0]["digest"], digest);
        assert_eq!(top["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "1.2.3");

        let blob_of = |digest: &str| together.join("blobs").join(digest.replace(':', "/"));
        let text = read_to_string(blob_of(&digest)).unwrap();
        assert_eq!(digest, format!("sha256:{}", hex::encode(Sha256::digest(&text))));
        let index: Value = serde_json::from_str(&text).unwrap();
        for (at, architecture) in ["amd64", "arm64"].into_iter().enumerate() {
            let mut expected = manifests[at].clone();
            expected["platform"] = json!({ "architecture": architecture, "os": "linux" });
            assert_eq!(index["manifests"][at], expected);
            assert!(blob_of(expected["digest"].as_str().unwrap()).is_file());
        }
        digests.push(digest);
    }
    assert_eq!(digests[0], digests[1], "the order of the layouts changes the index");
}

#[test]
fn a_platform_that_comes_twice_is_named_and_nothing_is_left() {
    let directory = new_directory("image-index");
    let (one, other) = (directory.join("one"), directory.join("other"));
    layout(&one, "arm64");
    layout(&other, "arm64");
    let together = directory.join("together");
    let run = image_index(&together, &[&one, &other]);
    assert!(!run.status.success());
    assert_eq!(
        String::from_utf8_lossy(&run.stderr),
        "image-index: linux/arm64 comes twice: give one layout for each platform\n"
    );
    assert!(!together.exists());
}
