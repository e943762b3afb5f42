//! For unit tests: where an SQLite file can be made.

use std::path::PathBuf;

/// A new, empty directory; whoever asks for it removes it.
pub fn new_directory() -> PathBuf {
    let path = PathBuf::from("/tmp").join(format!("dog-gif-app-{:016x}", rand::random::<u64>()));
    std::fs::create_dir(&path).unwrap();
    path
}
