//! Where things are kept outside the tree.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// `$XDG_CACHE_HOME/dog-gif-app`: built tools, and the data of a running cluster.
pub fn cache() -> Result<PathBuf> {
    if let Some(directory) = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()) {
        return Ok(directory.join("dog-gif-app"));
    }
    let home = std::env::var_os("HOME")
        .context("neither HOME nor XDG_CACHE_HOME is set, so there is no place to keep things")?;
    Ok(PathBuf::from(home).join(".cache/dog-gif-app"))
}

/// What a cluster of this name writes while it runs; gone when it ends.
pub fn data(name: &str) -> Result<PathBuf> {
    Ok(cache()?.join("cluster").join(name))
}
