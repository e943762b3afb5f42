//! One GIF of the catalogue.

use crate::gallery::Sha256;

/// One GIF of a catalogue, as the pages and the API need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gif<'catalogue> {
    /// Grows with every GIF and is never used again.
    pub id: i64,
    /// Name in URLs.
    pub slug: &'catalogue str,
    /// Digest of the bytes.
    pub sha256: Sha256,
    /// Heading.
    pub title: &'catalogue str,
    /// What is seen, for those who cannot see it.
    pub alt: &'catalogue str,
    /// Who made it; may be empty.
    pub credit: &'catalogue str,
    /// Licence; may be empty.
    pub license: &'catalogue str,
    /// Where it came from; may be empty.
    pub source_url: &'catalogue str,
    /// Size of the animation in bytes.
    pub byte_size: u32,
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Number of frames.
    pub frames: u16,
}
