//! Backups as the tests look at them, and what is in a database, to compare.

use std::fs::File;
use std::path::{Path, PathBuf};

use dog_gif_app::gallery::backup::{Facts, verify};
use dog_gif_app::store::{StoredGif, read_snapshot};

use super::Database;
use super::app::run;
use super::process::new_directory;

/// Backs `database` up into a new file, and returns where it is.
pub fn back_up(database: &Database) -> PathBuf {
    let file = new_directory("backup").join("dogs.tar");
    run(database, &["backup", text(&file)]).successful();
    file
}

/// What a sound backup says of itself.
pub fn facts(file: &Path) -> Facts {
    verify(File::open(file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every GIF in `database`, with its id, its texts and its bytes.
pub fn everything(database: &Database) -> Vec<StoredGif> {
    database.query(|connection| {
        read_snapshot(connection, |snapshot| {
            let mut gifs = Vec::new();
            while let Some(gif) = snapshot.next_gif()? {
                gifs.push(gif);
            }
            Ok(gifs)
        })
    })
}

/// The names in a directory, sorted.
pub fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("the paths of tests are text")
}
