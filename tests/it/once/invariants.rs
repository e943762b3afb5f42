//! What is written down in README and ARCHITECTURE about files, checked against the code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dog_gif_app::config::SETTINGS;

use crate::harness::tree::{read, root};

/// Every Rust file below `directory`.
pub fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_file_says_what_it_is_for() {
    for directory in ["src", "tests", "benches", "examples"] {
        for file in rust_files(&root().join(directory)) {
            assert!(read(&file).starts_with("//! "), "{} does not begin with //!", file.display());
        }
    }
}

#[test]
fn migrations_have_the_same_names_on_both_backends_and_both_directions() {
    let names = |backend: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root().join("migrations").join(backend)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("mysql"), names("sqlite"));
    for backend in ["mysql", "sqlite"] {
        for name in names(backend) {
            for file in ["up.sql", "down.sql"] {
                let path = root().join("migrations").join(backend).join(&name).join(file);
                assert!(!read(&path).trim().is_empty(), "{} is empty", path.display());
            }
        }
    }
}

#[test]
fn the_table_of_settings_in_the_readme_is_the_one_in_the_code() {
    let readme = read("README.md");
    let names: Vec<String> = SETTINGS.iter().map(|setting| format!("| `{}` |", setting.name)).collect();
    let rows: Vec<&str> = readme.lines().filter(|line| names.iter().any(|name| line.starts_with(name))).collect();
    let expected: Vec<String> = SETTINGS
        .iter()
        .map(|setting| {
            let default = setting.default.map_or_else(String::new, |default| format!("`{default}`"));
            format!("| `{}` | {default} | {} |", setting.name, setting.meaning)
        })
        .collect();
    assert_eq!(rows, expected, "README's table should be:\n{}\n", expected.join("\n"));
}
