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

/// What the machines of a release leave: of each architecture an image, and who built it first and again. Their digests.
pub fn artifacts(checkout: &Checkout, directory: &Path) -> [String; 2] {
    let commit = checkout.git(&["rev-parse", "HEAD"]);
    ["amd64", "arm64"].map(|architecture| {
        let digest = layout(&directory.join(format!("image-{architecture}")), architecture);
        for (machine, kind) in ["image", "reproduction"].into_iter().enumerate() {
            let directory = directory.join(format!("{kind}-{architecture}"));
            fs::create_dir_all(&directory).expect("a directory");
            let build = json!({
                "architecture": architecture,
                "digest": digest,
                "commit": commit.trim_end(),
                "machine": format!("Runner {machine}"),
                "run": "https://github.com/me/dogs/actions/runs/7/attempts/1",
            });
            fs::write(directory.join("build.json"), build.to_string()).expect("a note");
        }
        digest
    })
}

/// `release.sh` of a project whose images are in this registry.
pub fn release(checkout: &Checkout, registry: &Registry, cosign: &Path, artifacts: &Path) -> Command {
    let client = Tools::ready(&["registry-client"]).expect("the client");
    checkout.publish_to(&format!("{}/{}", registry.host, REPOSITORY.rsplit_once('/').expect("a path").0));
    let mut command = checkout.script("release.sh");
    command.env("TAG", "main-1").env("COSIGN", cosign);
    command.env("REGISTRY_CLIENT", client.binary("registry-client").expect("the client"));
    command.arg(artifacts).args(["amd64", "arm64"]);
    command
}

#[test]
fn one_index_names_the_image_of_each_platform_and_the_same_again_has_the_same_digest() {
    let (checkout, registry) = (Checkout::new(), Registry::start());
    let directory = tempfile::tempdir().expect("a directory");
    let digests = artifacts(&checkout, directory.path());
    let cosign = checkout.cosign("[ \"$1\" = sign ] || cp \"$6\" .git/predicate");
    let said = succeed(&mut release(&checkout, &registry, &cosign, directory.path()));
    let published = said.lines().find_map(|line| line.strip_prefix("digest=")).expect("a digest").to_owned();
    let image = format!("{}/dogs/kennel/dog-gif-app", registry.host);
    let [amd64, arm64] = &digests;
    assert_eq!(said, format!("repository={image}\ndigest={published}\namd64={amd64}\narm64={arm64}\n"));

    let address = format!("http://{}/v2/dogs/kennel/dog-gif-app/manifests/main-1", registry.host);
    let index = ureq::get(address).header("Accept", crate::registry::INDEX).call().expect("an index");
    let index = index.into_body().read_to_string().expect("a text");
    assert_eq!(digest(index.as_bytes()), published);
    let index: Value = serde_json::from_str(&index).expect("JSON");
    assert_eq!(children(&index), digests);
    assert_eq!(index["manifests"][1]["platform"], json!({"architecture": "arm64", "os": "linux"}));

    let asked = checkout.cosign_was_asked();
    let [signed, attested] = asked.lines().collect::<Vec<_>>()[..] else { panic!("{asked}") };
    assert_eq!(signed, format!("sign --yes --recursive {image}@{published}"));
    let kind = "attest --yes --type https://github.com/dog-gif-app/dog-gif-app/reproduction/v1 --predicate ";
    assert!(attested.starts_with(kind) && attested.ends_with(&format!("{image}@{published}")), "{attested}");
    let predicate = fs::read_to_string(checkout.root().join(".git/predicate")).expect("a predicate");
    let predicate: Value = serde_json::from_str(&predicate).expect("JSON");
    let run = "https://github.com/me/dogs/actions/runs/7/attempts/1";
    let (built, reproduced) = (json!({"machine": "Runner 0", "run": run}), json!({"machine": "Runner 1", "run": run}));
    let images = [("amd64", amd64), ("arm64", arm64)].map(|(architecture, digest)| {
        json!({"architecture": architecture, "digest": digest, "built": built, "reproduced": reproduced})
    });
    let commit = checkout.git(&["rev-parse", "HEAD"]);
    assert_eq!(predicate, json!({"commit": commit.trim_end(), "images": images}));

    let again = succeed(&mut release(&checkout, &registry, &cosign, directory.path()));
    assert_eq!(again, said);
}

#[test]
fn half_a_release_is_none() {
    let (checkout, registry) = (Checkout::new(), Registry::start());
    let directory = tempfile::tempdir().expect("a directory");
    let [_, arm64] = artifacts(&checkout, directory.path());
    let cosign = checkout.cosign("exit 0");
    let refused = || fail(&mut release(&checkout, &registry, &cosign, directory.path()));
    let path = |name: &str| directory.path().join(name);

    // Built once; built again, as something else; built from another commit.
    let note = path("reproduction-arm64/build.json");
    let text = fs::read_to_string(&note).expect("a note");
    fs::remove_file(&note).expect("a note");
    let said = refused();
    assert!(said.starts_with("release: nobody says who built arm64: there is no "), "{said}");
    let commit = checkout.git(&["rev-parse", "HEAD"]).trim_end().to_owned();
    for (what, other) in [(arm64.as_str(), format!("sha256:{}", "0".repeat(64))), (&commit, "0".repeat(40))] {
        fs::write(&note, text.replace(what, &other)).expect("a note");
        let said = refused();
        assert!(said.ends_with(&format!("build.json is not about {arm64} of the commit {commit}\n")), "{said}");
    }
    fs::write(&note, text).expect("a note");
    fs::rename(path("image-arm64/layout"), path("kept")).expect("a layout");
    let said = refused();
    assert!(said.starts_with("release: ") && said.ends_with("image-arm64 holds no layout\n"), "{said}");
    assert!(ureq::get(format!("http://{}/v2/dogs/kennel/dog-gif-app/tags/list", registry.host)).call().is_err());

    // Pushed and not signed, or signed and nothing said of the second build: nobody is told the digest.
    fs::rename(path("kept"), path("image-arm64/layout")).expect("a layout");
    for commands in ["exit 1", "[ \"$1\" = sign ]"] {
        let cosign = checkout.cosign(commands);
        let output = release(&checkout, &registry, &cosign, directory.path()).output().expect("the script");
        assert!(!output.status.success() && output.stdout.is_empty());
    }
}
