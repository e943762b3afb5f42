//! The shared libraries that a program of this machine needs, as the dynamic loader itself lists them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// The loader and the libraries, at the paths where the program looks for them.
pub(super) fn libraries(binary: &Path) -> Result<Vec<PathBuf>> {
    let listing = Command::new("ldd").arg(binary).output().context("cannot run ldd, which comes with the C library")?;
    ensure!(
        listing.status.success(),
        "ldd cannot read {}: {}",
        binary.display(),
        String::from_utf8_lossy(&listing.stderr).trim()
    );
    parse(&String::from_utf8_lossy(&listing.stdout)).with_context(|| format!("{} cannot run", binary.display()))
}

fn parse(listing: &str) -> Result<Vec<PathBuf>> {
    let mut libraries = Vec::new();
    for line in listing.lines().map(str::trim) {
        let (name, path) = line.split_once(" => ").unwrap_or((line, line));
        if path.starts_with("not found") {
            bail!("the library {name} is missing on this machine");
        }
        // `linux-vdso.so.1` has no path: the kernel brings it.
        let path = path.split(" (").next().unwrap_or(path);
        if path.starts_with('/') {
            libraries.push(path.into());
        }
    }
    libraries.sort();
    libraries.dedup();
    Ok(libraries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_counts_and_the_kernels_own_does_not() {
        let listing = "\tlinux-vdso.so.1 (0x00007f71)\n\tlibc.so.6 => /lib/libc.so.6 (0x00007f71)\n\t/lib64/ld.so.2 (0x00007f71)\n";
        assert_eq!(parse(listing).unwrap(), [PathBuf::from("/lib/libc.so.6"), PathBuf::from("/lib64/ld.so.2")]);
    }

    #[test]
    fn a_missing_library_is_named() {
        assert!(parse("\tlibmariadb.so.3 => not found\n").unwrap_err().to_string().contains("libmariadb.so.3"));
    }
}
