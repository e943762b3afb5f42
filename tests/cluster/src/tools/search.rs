//! Where a tool is: in PATH when its version fits, else in the cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::table::Tool;

/// The directories of a tool that is there.
pub struct Found {
    pub binaries: PathBuf,
    pub files: PathBuf,
}

/// Looks for a tool; None when it has to be built.
pub fn find(tool: &Tool) -> Result<Option<Found>> {
    let cached = directory(tool)?;
    let cached_there = cached.is_dir();
    // Files are in the module alone, so a tool with files is only complete once its cache is.
    if (cached_there || tool.files.is_empty())
        && let Some(directory) = in_path(tool)
    {
        return Ok(Some(Found { binaries: directory, files: cached }));
    }
    Ok(cached_there.then(|| Found { binaries: cached.clone(), files: cached }))
}

/// The tool's place in the cache: another version, go.mod, go.sum or source of ours is another place.
pub fn directory(tool: &Tool) -> Result<PathBuf> {
    let mut digest = Sha256::new();
    for path in sources(&tool.module())? {
        digest.update(std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    digest.update(format!("{:?}{:?}{}", tool.binaries, tool.files, tool.linker_flags));
    let key: String = digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    Ok(cache()?.join(format!("{}-{}-{key}", tool.name, tool.version)))
}

/// Where built tools are kept.
pub fn cache() -> Result<PathBuf> {
    Ok(crate::machine::directories::cache()?.join("tools"))
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A directory of PATH that has all of the tool's programs, the first of them saying our version.
fn in_path(tool: &Tool) -> Option<PathBuf> {
    let first = tool.binaries.first()?;
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .find(|directory| tool.binaries.iter().all(|binary| directory.join(binary.name).is_file()))
        .filter(|directory| {
            // The spellings there are; a program answers the wrong ones with an error, which names no version of its own.
            [&["--version"][..], &["version"], &["-v"], &["version", "--client"]]
                .iter()
                .any(|arguments| says_version(&directory.join(first.name), arguments, tool.version))
        })
}

fn says_version(program: &Path, arguments: &[&str], version: &str) -> bool {
    let Ok(output) = Command::new(program).args(arguments).output() else { return false };
    output.status.success() && names_version(&String::from_utf8_lossy(&output.stdout), version)
}

fn names_version(text: &str, version: &str) -> bool {
    text.split(|character: char| character.is_whitespace() || matches!(character, '"' | ',' | ';'))
        .any(|word| word.trim_start_matches('v').split('+').next() == Some(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_whole_word() {
        assert!(names_version("Kubernetes v1.37.2\n", "1.37.2"));
        assert!(names_version("argocd: v3.6.1+unknown", "3.6.1"));
        assert!(names_version(r#"version.BuildInfo{Version:"v4.3.1", GitCommit:""}"#, "4.3.1"));
        assert!(!names_version("Kubernetes v1.37.20", "1.37.2"));
        assert!(!names_version("etcd Version: 13.7.3", "3.7.3"));
    }

    #[test]
    fn the_cache_key_follows_the_pins() {
        let kustomize = super::super::tool("kustomize").expect("kustomize is in the table");
        let helm = super::super::tool("helm").expect("helm is in the table");
        let (one, other) = (directory(kustomize).expect("a place"), directory(helm).expect("a place"));
        assert!(one.ends_with(one.file_name().expect("a name")));
        assert_ne!(one.file_name(), other.file_name());
    }
}
