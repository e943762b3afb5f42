//! The image that each pod's sandbox runs: our own `pause`, and nothing beside it.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};

pub const NAME: &str = "local.dog-gif-app.example/pause:1";

/// Writes an OCI archive with the program as its only file.
pub fn archive(program: &Path, to: &Path) -> Result<()> {
    let mut layer = tar::Builder::new(Vec::new());
    let program = std::fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    append(&mut layer, "pause", &program, 0o755)?;
    let layer = layer.into_inner()?;
    let configuration = json!({
        "architecture": architecture(),
        "os": "linux",
        "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]},
    })
    .to_string()
    .into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("application/vnd.oci.image.config.v1+json", &configuration),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", &layer)],
    })
    .to_string()
    .into_bytes();
    let mut entry = descriptor("application/vnd.oci.image.manifest.v1+json", &manifest);
    entry["annotations"] = json!({"io.containerd.image.name": NAME});
    let index = json!({"schemaVersion": 2, "manifests": [entry]}).to_string();
    let mut archive = tar::Builder::new(File::create(to).with_context(|| format!("cannot write {}", to.display()))?);
    append(&mut archive, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#, 0o644)?;
    append(&mut archive, "index.json", index.as_bytes(), 0o644)?;
    for blob in [&layer, &configuration, &manifest] {
        append(&mut archive, &format!("blobs/sha256/{}", &digest(blob)["sha256:".len()..]), blob, 0o644)?;
    }
    archive.finish()?;
    Ok(())
}

/// The machine's architecture as images name it.
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "amd64",
    }
}

fn descriptor(kind: &str, content: &[u8]) -> serde_json::Value {
    json!({"mediaType": kind, "digest": digest(content), "size": content.len()})
}

fn digest(content: &[u8]) -> String {
    let hex: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn append(archive: &mut tar::Builder<impl std::io::Write>, path: &str, content: &[u8], mode: u32) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(mode);
    header.set_cksum();
    archive.append_data(&mut header, path, content)?;
    Ok(())
}
