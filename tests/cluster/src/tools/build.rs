//! Builds tools into the cache: one at a time (a link needs up to 4 GiB of memory), each put in place whole or not at all.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::search::{self, cache};
use super::table::{Files, Tool};
use crate::machine::requirements;

/// The compiler, which Go itself fetches and verifies; named, as `auto` would let versions creep.
const GO: &str = "go1.27.4";

/// Builds what is missing, saying how long it may take.
pub fn all(tools: &[&Tool]) -> Result<()> {
    if tools.is_empty() {
        return Ok(());
    }
    requirements::go()?;
    let cache = cache()?;
    std::fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    // Two runs that start together build once.
    let lock = File::create(cache.join("lock"))?;
    lock.lock()?;
    requirements::disk(&cache, tools.iter().map(|tool| tool.gigabytes).sum::<f32>().min(14.0))?;
    let minutes: f32 = tools.iter().map(|tool| tool.minutes).sum();
    // Standard output is what `make render` prints.
    eprintln!(
        "Building {} once, from their pinned modules: about {minutes:.0} min on two cores, less where Go has built them before.",
        tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", "),
    );
    for tool in tools {
        if !search::directory(tool)?.is_dir() {
            one(tool, &cache)?;
        }
    }
    Ok(())
}

fn one(tool: &Tool, cache: &Path) -> Result<()> {
    let start = Instant::now();
    eprint!("  {} {} (about {:.1} min) ", tool.name, tool.version, tool.minutes);
    let scratch = cache.join(format!("{}.part", tool.name));
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch)?;
    }
    let result = scratch.join("result");
    std::fs::create_dir_all(&result)?;
    let mut module = tool.module();
    if let Some(prepare) = tool.prepare {
        let copy = scratch.join("module");
        copy_all(&module, &copy)?;
        prepare(&copy).with_context(|| format!("cannot prepare {}", tool.name))?;
        module = copy;
    }
    compile(tool, &module, &result)?;
    for files in tool.files {
        let from = module_directory(files, &module)?.join(files.from);
        copy_all(&from, &result.join(files.to))?;
    }
    std::fs::rename(&result, search::directory(tool)?)?;
    std::fs::remove_dir_all(&scratch)?;
    eprintln!("{:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

fn compile(tool: &Tool, module: &Path, result: &Path) -> Result<()> {
    if tool.binaries.is_empty() {
        return Ok(());
    }
    // With one package Go writes the file we name; with several each gets the name of its package, which is ours.
    let output = match tool.binaries {
        [only] => result.join(only.name),
        _ => result.join(""),
    };
    let mut go = go(module);
    go.args(["build", "-mod=readonly", "-trimpath", "-ldflags"])
        .arg(format!("-s -w {}", tool.linker_flags))
        .arg("-o")
        .arg(output)
        .args(tool.binaries.iter().map(|binary| binary.package));
    let log = result.with_extension("log");
    let status = {
        let file = File::create(&log)?;
        let mut child = go.stdout(file.try_clone()?).stderr(file).spawn().context("cannot run go")?;
        let mut told = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if told.elapsed() > Duration::from_secs(10) {
                told = Instant::now();
                eprint!(".");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    if !status.success() {
        eprintln!();
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("go: downloading")).collect();
        bail!("cannot build {} {}:\n{}", tool.name, tool.version, lines[lines.len().saturating_sub(15)..].join("\n"));
    }
    for binary in tool.binaries {
        ensure!(result.join(binary.name).is_file(), "the build of {} brought no {}", tool.name, binary.name);
    }
    Ok(())
}

/// Where Go keeps a module's files, after it has fetched and verified them.
fn module_directory(files: &Files, module: &Path) -> Result<PathBuf> {
    let output = go(module).args(["mod", "download", "-json", files.module]).output().context("cannot run go")?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    match answer["Dir"].as_str() {
        Some(directory) => Ok(directory.into()),
        None => bail!(
            "cannot fetch {}: {}{}",
            files.module,
            answer["Error"].as_str().unwrap_or_default(),
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// Go, so that the same sources give the same bytes on every machine.
pub(super) fn go(module: &Path) -> Command {
    let mut go = Command::new("go");
    go.current_dir(module)
        .env("GOTOOLCHAIN", GO)
        .env("GOFLAGS", "-buildvcs=false")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0");
    go
}

/// Copies a file into a folder, or a folder's content; writable, which the module cache's own files are not.
pub(super) fn copy_all(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("cannot copy {} to {}", from.display(), to.display());
    std::fs::create_dir_all(to).with_context(failed)?;
    if from.is_file() {
        let name = from.file_name().with_context(failed)?;
        return write_copy(from, &to.join(name)).with_context(failed);
    }
    for entry in std::fs::read_dir(from).with_context(failed)? {
        let path = entry?.path();
        let name = path.file_name().with_context(failed)?;
        if path.is_dir() {
            copy_all(&path, &to.join(name))?;
        } else {
            write_copy(&path, &to.join(name)).with_context(failed)?;
        }
    }
    Ok(())
}

fn write_copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::write(to, std::fs::read(from)?)?;
    Ok(())
}
