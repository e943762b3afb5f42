//! The program as its next version might be: this checkout's, with one more migration. Compiled for real, as only the
//! program itself knows how it meets a schema that is ahead of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cluster::image::{self, Image};

/// What cargo needs of the checkout.
const ROOMS: [&str; 8] =
    ["Cargo.toml", "Cargo.lock", "build.rs", "src", "migrations", "templates", "assets", "benches"];
/// Package and binary; beside the checkout's in target/, so that both share what is compiled already.
const NAME: &str = "dog-gif-app-next";
/// After every real one.
const MIGRATION: &str = "2999-01-01-000001_expand";

/// The table and the column that its migration adds, as one does before code needs it: nullable, so that the program
/// before it, which knows nothing of it, goes on writing.
pub const TABLE: &str = "gifs";
pub const COLUMN: &str = "of_the_next_version";

pub struct NextVersion {
    binary: PathBuf,
}

impl NextVersion {
    /// Some 10 s when the checkout is compiled already, 1 s when nothing has changed since.
    pub fn build(checkout: &Path) -> Result<Self> {
        let target = checkout.join("target");
        let sources = target.join("next-version");
        let mut files = of_the_checkout(checkout)?;
        let migration = Path::new("migrations/mysql").join(MIGRATION);
        let up = format!("ALTER TABLE {TABLE} ADD COLUMN {COLUMN} VARCHAR(16) NULL;\n");
        let down = format!("ALTER TABLE {TABLE} DROP COLUMN {COLUMN};\n");
        files.insert(migration.join("up.sql"), up.into());
        files.insert(migration.join("down.sql"), down.into());
        make(&sources, &files)?;
        let build = Command::new(env!("CARGO"))
            .args(["build", "--locked", "--quiet", "--bin", NAME])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(&sources)
            .status()
            .context("cannot run cargo")?;
        ensure!(build.success(), "the next version does not compile: see {}", sources.display());
        Ok(Self { binary: target.join("debug").join(NAME) })
    }

    pub fn image(&self, tag: &str) -> Result<Image> {
        image::program::from_cargo(&self.binary, tag, tag)
    }
}

/// What cargo needs, by its path.
fn of_the_checkout(checkout: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let list = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard", "-z", "--"])
        .args(ROOMS)
        .current_dir(checkout)
        .output()
        .context("cannot run git")?;
    ensure!(list.status.success(), "git ls-files: {}", String::from_utf8_lossy(&list.stderr).trim());
    let mut files = BTreeMap::new();
    for file in String::from_utf8(list.stdout)?.split_terminator('\0') {
        // Deleted, and not committed yet.
        let Ok(content) = fs::read(checkout.join(file)) else { continue };
        let content = match file {
            "Cargo.toml" => {
                format!("{}\n[lib]\nname = \"dog_gif_app\"\n", renamed(&String::from_utf8(content)?)).into_bytes()
            }
            "Cargo.lock" => renamed(&String::from_utf8(content)?).into_bytes(),
            _ => content,
        };
        files.insert(file.into(), content);
    }
    Ok(files)
}

/// Under a name of its own: for cargo, two packages of one name in one target/ are one, whatever their directory.
fn renamed(text: &str) -> String {
    text.replace("\"dog-gif-app\"", &format!("\"{NAME}\""))
}

/// Makes a directory of these files and no others, as a module that has moved would be there twice. Writes only what
/// changed, or cargo would compile everything again.
fn make(directory: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    for file in files_below(directory)? {
        if !files.contains_key(file.strip_prefix(directory)?) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    for (path, content) in files {
        let path = directory.join(path);
        if fs::read(&path).is_ok_and(|there| there == *content) {
            continue;
        }
        fs::create_dir_all(path.parent().context("a file has a directory")?)?;
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// None when there is no such directory.
fn files_below(directory: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}
