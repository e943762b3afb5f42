//! Modules that cannot be built as the proxy serves them. What changes is a copy, made for one build: files of
//! `tools/<tool>/overlays/<name>` take the place of the module's, and go.mod points at `copies/<name>`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::build::{copy_all, go};

/// Traefik brings lego's clients of some 190 DNS providers, several of whose modules the proxy refuses.
pub fn traefik(folder: &Path) -> Result<()> {
    copy(folder, "lego", "github.com/go-acme/lego/v5@v5.4.1", "h1:Jt6xAP9xQrJ3SLLGgxejfDDd3pzdrmuLCWe4oTqHHQc=")
}

/// External Secrets brings the clients of 35 providers, and webhooks for an older controller-runtime.
pub fn external_secrets(folder: &Path) -> Result<()> {
    let module = "github.com/external-secrets/external-secrets@v0.16.2";
    copy(folder, "external-secrets", module, "h1:iNY+gIgSyL5higXTfnz+hdPCaiB/43UiHLqE7HBpj68=")
}

/// A replaced module is not in go.sum, so its sum stands here.
fn copy(folder: &Path, name: &str, module: &str, sum: &str) -> Result<()> {
    // Outside any module: inside, the replacement would hide what is asked for.
    let output =
        go(&std::env::temp_dir()).args(["mod", "download", "-json", module]).output().context("cannot run go")?;
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let directory = answer["Dir"].as_str().with_context(|| {
        let error = answer["Error"].as_str().unwrap_or_default();
        format!("cannot fetch {module}: {error}{}", String::from_utf8_lossy(&output.stderr))
    })?;
    ensure!(answer["Sum"] == sum, "{module} has the sum {}, not {sum}", answer["Sum"]);
    let target = folder.join("copies").join(name);
    copy_all(Path::new(directory), &target)?;
    copy_all(&folder.join("overlays").join(name), &target)
}
