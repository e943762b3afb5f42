//! `gifs export`: every GIF and a manifest, for `gifs add`.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::gallery::{Entry, MANIFEST_FILE, Manifest, Sha256};
use crate::store::{FileKind, GifRecord, Store, find_file, for_each_gif};

pub fn export(store: &Store, directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let mut records = Vec::new();
    store.on_this_thread(|connection| for_each_gif(connection, |gif| records.push(gif)))?;
    let mut manifest = Manifest::default();
    for GifRecord { texts, facts, .. } in records {
        let sha256 = Sha256::try_from(facts.sha256.as_slice()).context("a digest in the database is damaged")?;
        let bytes = store.on_this_thread(|connection| find_file(connection, sha256.as_bytes(), FileKind::Animation))?;
        let Some(bytes) = bytes else { continue };
        let file = format!("{}.gif", texts.slug);
        // Slugs are our own, but a restored backup may hold others.
        ensure!(Path::new(&file).file_name() == Some(file.as_ref()), "{:?} is no name for a file", texts.slug);
        write(&directory.join(&file), &bytes)?;
        manifest.gifs.push(Entry { file, description: texts.into() });
    }
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    write(&directory.join(MANIFEST_FILE), text.as_bytes())?;
    println!("{} GIFs and {MANIFEST_FILE} written to {}", manifest.gifs.len(), directory.display());
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
