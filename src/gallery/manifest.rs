//! The manifest beside a directory of GIFs: what `gifs export` writes and `gifs add` reads back.

use serde::{Deserialize, Serialize};

use super::Slug;
use crate::store::GifTexts;

/// The manifest's name in its directory.
pub const MANIFEST_FILE: &str = "manifest.json";

/// What the files of a directory are called and where they come from.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// One entry a GIF, in the order they were added.
    pub gifs: Vec<Entry>,
}

/// One file, and what is known of it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// File name in the same directory.
    pub file: String,
    /// What it shows, and whose it is.
    #[serde(flatten)]
    pub description: Description,
}

/// What whoever brings a GIF says of it; what is missing is made up from the file's name.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Description {
    /// Name in URLs.
    pub slug: Option<String>,
    /// Heading.
    pub title: Option<String>,
    /// What is seen, for those who cannot see it.
    pub alt: Option<String>,
    /// Who made it.
    pub credit: Option<String>,
    /// Licence, as an SPDX expression where there is one.
    pub license: Option<String>,
    /// Where it came from.
    pub source_url: Option<String>,
}

impl Description {
    /// The same, and what `other` says beyond it.
    pub fn or(self, other: Self) -> Self {
        Self {
            slug: self.slug.or(other.slug),
            title: self.title.or(other.title),
            alt: self.alt.or(other.alt),
            credit: self.credit.or(other.credit),
            license: self.license.or(other.license),
            source_url: self.source_url.or(other.source_url),
        }
    }

    /// The texts of a GIF that is described so, and whose file is called `file`.
    pub fn texts(self, file: &str) -> GifTexts {
        let title = self.title.unwrap_or_else(|| title_from(file));
        GifTexts {
            slug: self.slug.unwrap_or_else(|| Slug::from_title(&title).to_string()),
            alt: self.alt.unwrap_or_else(|| format!("An animated GIF: {title}")),
            title,
            credit: self.credit.unwrap_or_default(),
            license: self.license.unwrap_or_default(),
            source_url: self.source_url.unwrap_or_default(),
        }
    }
}

impl From<GifTexts> for Description {
    fn from(texts: GifTexts) -> Self {
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        let GifTexts { slug, title, alt, credit, license, source_url } = texts;
        Self {
            slug: Some(slug),
            title: Some(title),
            alt: Some(alt),
            credit: known(credit),
            license: known(license),
            source_url: known(source_url),
        }
    }
}

/// `corgi_wags-his tail.gif` becomes `Corgi wags his tail`.
fn title_from(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let words: Vec<_> = stem.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Dog".into(),
    }
}
