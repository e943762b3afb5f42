//! The manifest beside a directory of GIFs: what `gifs export` writes and `gifs add` reads back.

use serde::{Deserialize, Serialize};

/// The manifest's name in its directory.
pub const MANIFEST_FILE: &str = "manifest.json";

/// What the files of a directory are called and where they come from.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// One entry a GIF, in the order they were added.
    pub gifs: Vec<Entry>,
}

/// What is known of one file; what is missing is made up from the file's name.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// File name in the same directory.
    pub file: String,
    /// Name in URLs.
    #[serde(default)]
    pub slug: Option<String>,
    /// Heading.
    #[serde(default)]
    pub title: Option<String>,
    /// What is seen, for those who cannot see it.
    #[serde(default)]
    pub alt: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub credit: Option<String>,
    /// Licence, as an SPDX expression where there is one.
    #[serde(default)]
    pub license: Option<String>,
    /// Where it came from.
    #[serde(default)]
    pub source_url: Option<String>,
}
