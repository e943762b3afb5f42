//! Charts in a directory with an index.yaml, as GitHub Pages serve them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use semver::Version;
use serde_yaml_ng::Value;

use super::contents::{Contents, Digest, Manifest, time};
use super::plan::Step;
use super::registry::Registry;
use crate::delivery::file;

pub struct ChartDirectory {
    directory: PathBuf,
}

/// One entry of the index.
struct Entry {
    chart: String,
    version: String,
    file: String,
    created: String,
}

impl ChartDirectory {
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    fn index(&self) -> Result<Value> {
        let path = self.directory.join("index.yaml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read: CHARTS is a directory that has one", path.display()))?;
        serde_yaml_ng::from_str(&text).with_context(|| format!("{} is no YAML", path.display()))
    }

    /// A chart without an entry is one that nobody knows the age of, as it may just be on its way in.
    fn loose(&self, entries: &[Entry]) -> Result<Vec<String>> {
        let mut loose = Vec::new();
        for file in std::fs::read_dir(&self.directory)? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".tgz") && !entries.iter().any(|entry| entry.file == name) {
                loose.push(name);
            }
        }
        Ok(loose)
    }

    fn size(&self, file: &str) -> Result<u64> {
        let path = self.directory.join(file);
        let metadata = path.metadata().with_context(|| {
            format!("index.yaml names {}, which is not there: repair it with `helm repo index`", path.display())
        })?;
        Ok(metadata.len())
    }
}

impl Registry for ChartDirectory {
    fn read(&self, _also: &[Digest]) -> Result<Contents> {
        let mut contents = Contents::default();
        let entries = entries(&self.index()?)?;
        for name in self.loose(&entries)? {
            let blobs = BTreeMap::from([(name.clone(), self.size(&name)?)]);
            contents.manifests.insert(name, Manifest { blobs, ..Manifest::default() });
        }
        for Entry { chart, version, file, created } in entries {
            let manifest = Manifest {
                blobs: BTreeMap::from([(file.clone(), self.size(&file)?)]),
                pushed: time(&created),
                chart: Version::parse(&version).ok().map(|version| (chart.clone(), version)),
                ..Manifest::default()
            };
            contents.tags.insert(format!("{chart} {version}"), file.clone());
            contents.manifests.insert(file, manifest);
        }
        Ok(contents)
    }

    fn tags(&self) -> Result<BTreeMap<String, Digest>> {
        Ok(self.read(&[])?.tags)
    }

    /// # Design
    /// The index first: who reads it meanwhile finds every file that it names. It is not made anew by `helm repo index`,
    /// which would forget when each chart came.
    fn delete(&self, step: &Step) -> Result<()> {
        let Step::Manifest(file) = step else { return Ok(()) };
        let mut index = self.index()?;
        for (_, versions) in index["entries"].as_mapping_mut().into_iter().flatten() {
            if let Some(versions) = versions.as_sequence_mut() {
                versions.retain(|version| file_of(version) != Some(file));
            }
        }
        file::replace(&self.directory.join("index.yaml"), &serde_yaml_ng::to_string(&index)?)?;
        for name in [file.clone(), format!("{file}.prov")] {
            let path = self.directory.join(name);
            if path.exists() {
                std::fs::remove_file(&path).with_context(|| format!("cannot delete {}", path.display()))?;
            }
        }
        Ok(())
    }
}

fn entries(index: &Value) -> Result<Vec<Entry>> {
    let Some(charts) = index["entries"].as_mapping() else {
        bail!("index.yaml has no `entries`: make it with `helm repo index`");
    };
    let mut entries = Vec::new();
    for (chart, versions) in charts {
        for version in versions.as_sequence().into_iter().flatten() {
            let text = |key: &str| version[key].as_str().unwrap_or_default().to_owned();
            let chart = chart.as_str().unwrap_or_default();
            let Some(file) = file_of(version) else {
                bail!("index.yaml says no address of {chart} {}: repair it with `helm repo index`", text("version"));
            };
            entries.push(Entry {
                chart: chart.to_owned(),
                version: text("version"),
                file: file.to_owned(),
                created: text("created"),
            });
        }
    }
    Ok(entries)
}

/// The name at the end of the first address; a path would lead out of the directory.
fn file_of(version: &Value) -> Option<&str> {
    let address = version["urls"][0].as_str()?;
    address.rsplit('/').next().filter(|name| name.ends_with(".tgz"))
}
