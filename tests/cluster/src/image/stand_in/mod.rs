//! Our own small program and the images around it: the pause container, and versions that are broken on purpose.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{Image, LayerBuilder, Settings};

const PATH: &str = "/bin/stand-in";
const SOURCE: &str = include_str!("main.go");

/// How a version is bad; the names are the program's own arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// Its migration is the real one; then it runs and answers no probe.
    NeverReady,
    /// Its `migrate` fails; the rest is the real program.
    FailingMigration,
}

impl Fault {
    fn argument(self) -> &'static str {
        match self {
            Self::NeverReady => "never-ready",
            Self::FailingMigration => "failing-migration",
        }
    }
}

/// What holds a pod's namespaces open (containerd's sandbox image).
pub fn pause(scratch: &Path) -> Result<Image> {
    let mut layer = LayerBuilder::default();
    layer.copy(&build(scratch)?, PATH)?;
    let settings = Settings {
        entrypoint: vec![PATH.into(), "pause".into()],
        user: "65535:65535".into(),
        working_directory: "/".into(),
        ..Settings::default()
    };
    Ok(Image::new(&settings, vec![layer.finish()?]))
}

impl Image {
    /// The program's image, broken: its entrypoint is the stand-in, which runs the real program for what shall work.
    pub fn with_fault(&self, fault: Fault, scratch: &Path) -> Result<Image> {
        let mut layer = LayerBuilder::default();
        layer.copy(&build(scratch)?, PATH)?;
        self.on_top(layer.finish()?)?.reconfigured(|config| config["Entrypoint"] = json!([PATH, fault.argument()]))
    }
}

/// Compiles below `scratch`, a directory; a second later the same comes from Go's own cache.
fn build(scratch: &Path) -> Result<PathBuf> {
    let (source, program) = (scratch.join("stand-in.go"), scratch.join("stand-in"));
    std::fs::create_dir_all(scratch)?;
    std::fs::write(&source, SOURCE).with_context(|| format!("cannot write {}", source.display()))?;
    let build = Command::new("go")
        .args(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o"])
        .args([&program, &source])
        .env("CGO_ENABLED", "0")
        .env("GO111MODULE", "off")
        .output()
        .context("cannot run go, which the tools are built with: install golang-go, or a release from go.dev")?;
    ensure!(build.status.success(), "cannot build the stand-in: {}", String::from_utf8_lossy(&build.stderr));
    Ok(program)
}
