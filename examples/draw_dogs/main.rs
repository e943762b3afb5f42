//! Draws the bundled dog GIFs and their manifest: `cargo run --example draw_dogs -- DIR`.

mod backdrop;
mod canvas;
mod dog;
mod film;
mod geometry;
mod manifest;
mod props;
mod scenes;
mod sprite;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the pictures go unless the command line says otherwise.
const DEFAULT_DIRECTORY: &str = "assets/dogs";

fn main() -> ExitCode {
    let directory = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(DEFAULT_DIRECTORY), PathBuf::from);
    match draw_all(&directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("draw_dogs: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes every GIF and the manifest into a directory.
fn draw_all(directory: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(directory)
        .map_err(|error| format!("cannot create the directory {}: {error}", directory.display()))?;
    let mut entries = Vec::new();
    for draw in scenes::ALL {
        let scene = draw();
        let bytes = film::encode(&scene.frames, scene.delay)
            .map_err(|error| format!("cannot encode {}: {error}", scene.slug))?;
        let file = format!("{}.gif", scene.slug);
        write(&directory.join(&file), &bytes)?;
        println!("{file}  {} frames  {} bytes", scene.frames.len(), bytes.len());
        entries.push(manifest::entry(&file, &scene));
    }
    write(&directory.join("manifest.json"), manifest::document(&entries).as_bytes())
}

/// Writes a file; the error names its path.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
