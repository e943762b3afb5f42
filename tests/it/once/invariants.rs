//! What is written down in README and ARCHITECTURE about the code, checked against the code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dog_gif_app::config::SETTINGS;

/// The rooms in reading order: each uses only the ones before it.
const ROOMS: [&str; 6] = ["config", "telemetry", "store", "gallery", "web", "command"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below `directory`.
fn rust_files(directory: &Path) -> Vec<PathBuf> {
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

/// Every file of a room with the room's place in the order.
fn files_by_room() -> impl Iterator<Item = (usize, PathBuf, String)> {
    ROOMS.iter().enumerate().flat_map(|(place, room)| {
        let files = rust_files(&root().join("src").join(room));
        assert!(!files.is_empty(), "the room {room} is empty");
        files.into_iter().map(move |file| (place, file.clone(), read(&file)))
    })
}

#[test]
fn a_room_uses_only_the_rooms_before_it() {
    for (place, file, code) in files_by_room() {
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        assert!(!code.contains("crate::{"), "{}: one `use` a room, so that this test can see it", file.display());
        for later in &ROOMS[place + 1..] {
            let used = code.contains(&format!("crate::{later}::")) || code.contains(&format!("crate::{later};"));
            assert!(!used, "{} uses {later}, which comes after {}", file.display(), ROOMS[place]);
        }
    }
}

#[test]
fn what_a_room_does_not_know_is_not_named_in_it() {
    for (place, file, code) in files_by_room() {
        for (word, only_in) in [("diesel::", "store"), ("std::env", "config"), ("salvo", "web")] {
            let here = ROOMS[place];
            assert!(here == only_in || !code.contains(word), "{} names {word}, which is for {only_in}", file.display());
        }
    }
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
    let readme = read(&root().join("README.md"));
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
