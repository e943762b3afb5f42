//! A piece of the catalogue: a thousand GIFs at most, compact and unchangeable.
//!
//! # Design
//! A million GIFs should fit into a small container, so a row is a fixed-size record, the texts of a segment lie one
//! behind the other in one buffer, and those that many of its rows share (credit and licence) are kept once.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use hashbrown::HashTable;

use super::gif::Gif;
use crate::gallery::Sha256;
use crate::store::{GifFacts, GifRecord, GifTexts};

/// Most GIFs of a segment: small enough to be made anew when one of them changes, and so large that there are few.
/// Tests have several without a thousand rows each.
pub(super) const SEGMENT_ROWS: usize = if cfg!(test) { 8 } else { 1024 };

/// How many texts a row has of its own; each takes two bytes of the row.
const OWN: usize = 4;

/// How many texts are those that many rows share.
const SHARED: usize = 2;

/// Some GIFs by ascending id; never empty. Two are equal when they tell the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segment {
    rows: Box<[Row]>,
    texts: Box<str>,
    origins: Box<[Origin]>,
}

/// 64 bytes; its own texts start at `text` and follow each other.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    id: i64,
    sha256: Sha256,
    text: u32,
    byte_size: u32,
    origin: u16,
    width: u16,
    height: u16,
    frames: u16,
    lengths: [u16; OWN],
}

/// Texts that many rows share, which follow each other from `text` on.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    text: u32,
    lengths: [u16; SHARED],
}

/// The texts that a row has of its own, and those that it shares; [`Segment::gif`] gives them their names again.
fn parted(texts: &GifTexts) -> ([&str; OWN], [&str; SHARED]) {
    let GifTexts { slug, title, alt, credit, license, source_url } = texts;
    ([slug, title, alt, source_url], [credit, license])
}

impl Segment {
    /// How many GIFs it has.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The least of its ids.
    pub(super) fn first_id(&self) -> i64 {
        self.rows[0].id
    }

    /// The greatest of its ids.
    pub(super) fn last_id(&self) -> i64 {
        self.rows[self.rows.len() - 1].id
    }

    /// Where the GIF with this id is.
    pub(super) fn position(&self, id: i64) -> Option<usize> {
        self.rows.binary_search_by_key(&id, |row| row.id).ok()
    }

    /// Where the GIFs begin whose id is greater than `after`.
    pub(super) fn position_after(&self, after: i64) -> usize {
        self.rows.partition_point(|row| row.id <= after)
    }

    /// The GIF at a position below [`Segment::len`].
    pub(super) fn gif(&self, position: usize) -> Gif<'_> {
        let row = &self.rows[position];
        let [slug, title, alt, source_url] = cut(&self.texts, row.text, row.lengths);
        let [credit, license] = origin(&self.texts, &self.origins[usize::from(row.origin)]);
        Gif {
            id: row.id,
            slug,
            sha256: row.sha256,
            title,
            alt,
            credit,
            license,
            source_url,
            byte_size: row.byte_size,
            width: row.width,
            height: row.height,
            frames: row.frames,
        }
    }

    /// Every GIF from a position on.
    pub(super) fn gifs_from(&self, position: usize) -> impl Iterator<Item = Gif<'_>> {
        (position..self.len()).map(|position| self.gif(position))
    }
}

fn origin<'a>(texts: &'a str, origin: &Origin) -> [&'a str; SHARED] {
    cut(texts, origin.text, origin.lengths)
}

/// The texts of these lengths that follow each other from `start` on.
fn cut<const N: usize>(texts: &str, start: u32, lengths: [u16; N]) -> [&str; N] {
    let mut rest = &texts[start as usize..];
    lengths.map(|length| {
        let (text, behind) = rest.split_at(length.into());
        rest = behind;
        text
    })
}

/// Gathers the rows of a segment.
#[derive(Default)]
pub(super) struct SegmentBuilder {
    rows: Vec<Row>,
    texts: String,
    origins: Vec<Origin>,
    /// The places of the origins, by what they say.
    by_origin: HashTable<u16>,
}

impl SegmentBuilder {
    /// Whether it takes no more rows.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= SEGMENT_ROWS
    }

    /// Adds a row, whose id is greater than all before it. The import limits bound everything in it; a row that
    /// someone wrote past them is left out rather than shown cut in half.
    pub(super) fn push(&mut self, record: &GifRecord) {
        let length = self.texts.len();
        match self.row(record) {
            Some(row) => self.rows.push(row),
            None => self.texts.truncate(length),
        }
    }

    /// The segment; none without rows.
    pub(super) fn finish(self) -> Option<Segment> {
        let Self { rows, texts, origins, .. } = self;
        (!rows.is_empty()).then(|| Segment { rows: rows.into(), texts: texts.into(), origins: origins.into() })
    }

    fn row(&mut self, record: &GifRecord) -> Option<Row> {
        let GifRecord { id, texts, facts: GifFacts { sha256, byte_size, width, height, frames } } = record;
        let (own, shared) = parted(texts);
        let (text, lengths) = self.push_texts(own)?;
        let row = Row {
            id: *id,
            sha256: Sha256::try_from(sha256.as_slice()).ok()?,
            text,
            byte_size: (*byte_size).try_into().ok()?,
            origin: 0,
            width: (*width).try_into().ok()?,
            height: (*height).try_into().ok()?,
            frames: (*frames).try_into().ok()?,
            lengths,
        };
        // Last, as nothing may fail once an origin is known.
        Some(Row { origin: self.origin(shared)?, ..row })
    }

    /// The place of an origin, which is new if it was never seen.
    fn origin(&mut self, shared: [&str; SHARED]) -> Option<u16> {
        let (texts, origins) = (&self.texts, &self.origins);
        let hash = hash_of(shared);
        let is_same = |place: &u16| origin(texts, &origins[usize::from(*place)]) == shared;
        if let Some(place) = self.by_origin.find(hash, is_same) {
            return Some(*place);
        }
        let place = u16::try_from(self.origins.len()).ok()?;
        let (text, lengths) = self.push_texts(shared)?;
        self.origins.push(Origin { text, lengths });
        let (texts, origins) = (&self.texts, &self.origins);
        self.by_origin.insert_unique(hash, place, |place| hash_of(origin(texts, &origins[usize::from(*place)])));
        Some(place)
    }

    /// Puts texts behind those that are there; returns where they begin, and their lengths.
    fn push_texts<const N: usize>(&mut self, texts: [&str; N]) -> Option<(u32, [u16; N])> {
        let start = u32::try_from(self.texts.len()).ok()?;
        let mut lengths = [0; N];
        for (length, text) in lengths.iter_mut().zip(texts) {
            *length = text.len().try_into().ok()?;
            self.texts.push_str(text);
        }
        Some((start, lengths))
    }
}

/// Slugs and credits come from operators: no seed against attackers is needed.
pub(super) fn hash_of(value: impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_64_bytes() {
        assert_eq!(size_of::<Row>(), 64);
    }
}
