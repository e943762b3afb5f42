//! The list of GIFs in memory: choosing one costs no query and no time that grows with the list.
//!
//! # Design
//! A million GIFs should fit into a small container, so a row is a fixed-size record, its texts lie one
//! behind the other in one buffer, and texts that many rows share (credit and licence) are kept once.
//! The list is never changed: a new one takes its place.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use hashbrown::HashTable;
use rand::{Rng, RngExt};

use super::Sha256;
use crate::store::GifRecord;

/// An unchangeable list of GIFs, by ascending id.
#[derive(Default)]
pub struct Catalogue {
    /// The version of the database's catalogue that this was read at.
    version: i64,
    rows: Vec<Row>,
    texts: String,
    origins: Vec<Origin>,
    by_slug: HashTable<u32>,
    by_sha256: HashTable<u32>,
}

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

/// 72 bytes; the texts start at `text` and follow each other: slug, title, alt, source URL.
struct Row {
    id: i64,
    text: usize,
    sha256: Sha256,
    byte_size: u32,
    origin: u32,
    width: u16,
    height: u16,
    frames: u16,
    title_length: u16,
    alt_length: u16,
    source_url_length: u16,
    slug_length: u8,
}

#[derive(PartialEq, Eq, Hash, Clone)]
struct Origin {
    credit: Box<str>,
    license: Box<str>,
}

/// Digests are random enough, and slugs come from operators: no seed against attackers is needed.
type Hasher = BuildHasherDefault<DefaultHasher>;

impl Catalogue {
    /// Reads the list that `fill` hands over row by row, in ascending order of ids.
    ///
    /// # Errors
    /// What `fill` returns.
    pub fn read<E>(version: i64, fill: impl FnOnce(&mut dyn FnMut(GifRecord)) -> Result<(), E>) -> Result<Self, E> {
        let mut catalogue = Self { version, ..Self::default() };
        let mut origins = HashMap::new();
        fill(&mut |record| catalogue.push(&record, &mut origins))?;
        catalogue.rows.shrink_to_fit();
        catalogue.texts.shrink_to_fit();
        catalogue.index();
        Ok(catalogue)
    }

    /// The version of the database's catalogue that this was read at.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// How many GIFs there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One GIF, each with the same chance; not the one called `except` if there is another.
    pub fn random(&self, except: Option<&str>, rng: &mut impl Rng) -> Option<Gif<'_>> {
        let excepted = except.and_then(|slug| self.position(slug)).filter(|_| self.len() > 1);
        let choices = self.len() - usize::from(excepted.is_some());
        if choices == 0 {
            return None;
        }
        let choice = rng.random_range(0..choices);
        // The places behind the excepted one move up by one.
        let position = choice + usize::from(excepted.is_some_and(|excepted| choice >= excepted));
        Some(self.gif(&self.rows[position]))
    }

    /// The GIF with this slug.
    pub fn find(&self, slug: &str) -> Option<Gif<'_>> {
        self.position(slug).map(|position| self.gif(&self.rows[position]))
    }

    /// Whether a GIF has these bytes.
    pub fn contains(&self, sha256: &Sha256) -> bool {
        self.by_sha256.find(hash(sha256.as_bytes()), |&row| self.rows[row as usize].sha256 == *sha256).is_some()
    }

    /// The GIFs whose id is greater than `after`, by ascending id.
    pub fn after(&self, after: i64) -> impl Iterator<Item = Gif<'_>> {
        let start = self.rows.partition_point(|row| row.id <= after);
        self.rows[start..].iter().map(|row| self.gif(row))
    }

    fn position(&self, slug: &str) -> Option<usize> {
        let found = self.by_slug.find(hash(slug), |&row| self.slug(&self.rows[row as usize]) == slug);
        found.map(|&row| row as usize)
    }

    fn push(&mut self, record: &GifRecord, origins: &mut HashMap<Origin, u32>) {
        // The import limits bound all of these; a row that someone wrote past them is left out
        // rather than shown cut in half.
        let Some(row) = self.row(record, origins) else { return };
        for text in [&record.slug, &record.title, &record.alt, &record.source_url] {
            self.texts.push_str(text);
        }
        self.rows.push(row);
    }

    fn row(&mut self, record: &GifRecord, origins: &mut HashMap<Origin, u32>) -> Option<Row> {
        let origin = Origin { credit: record.credit.as_str().into(), license: record.license.as_str().into() };
        let next = u32::try_from(self.origins.len()).ok()?;
        let row = Row {
            id: record.id,
            text: self.texts.len(),
            sha256: Sha256::try_from(record.sha256.as_slice()).ok()?,
            byte_size: record.byte_size.try_into().ok()?,
            origin: *origins.get(&origin).unwrap_or(&next),
            width: record.width.try_into().ok()?,
            height: record.height.try_into().ok()?,
            frames: record.frames.try_into().ok()?,
            title_length: record.title.len().try_into().ok()?,
            alt_length: record.alt.len().try_into().ok()?,
            source_url_length: record.source_url.len().try_into().ok()?,
            slug_length: record.slug.len().try_into().ok()?,
        };
        if row.origin == next {
            origins.insert(origin.clone(), next);
            self.origins.push(origin);
        }
        Some(row)
    }

    fn index(&mut self) {
        let mut by_slug = HashTable::with_capacity(self.rows.len());
        let mut by_sha256 = HashTable::with_capacity(self.rows.len());
        for (position, row) in (0..).zip(&self.rows) {
            by_slug.insert_unique(hash(self.slug(row)), position, |&other| hash(self.slug(&self.rows[other as usize])));
            by_sha256.insert_unique(hash(row.sha256.as_bytes()), position, |&other| {
                hash(self.rows[other as usize].sha256.as_bytes())
            });
        }
        (self.by_slug, self.by_sha256) = (by_slug, by_sha256);
    }

    fn slug(&self, row: &Row) -> &str {
        &self.texts[row.text..][..usize::from(row.slug_length)]
    }

    fn gif(&self, row: &Row) -> Gif<'_> {
        let (slug, rest) = self.texts[row.text..].split_at(row.slug_length.into());
        let (title, rest) = rest.split_at(row.title_length.into());
        let (alt, rest) = rest.split_at(row.alt_length.into());
        let origin = &self.origins[row.origin as usize];
        Gif {
            id: row.id,
            slug,
            sha256: row.sha256,
            title,
            alt,
            credit: &origin.credit,
            license: &origin.license,
            source_url: &rest[..usize::from(row.source_url_length)],
            byte_size: row.byte_size,
            width: row.width,
            height: row.height,
            frames: row.frames,
        }
    }
}

fn hash(value: impl std::hash::Hash) -> u64 {
    Hasher::default().hash_one(value)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::convert::Infallible;

    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    fn record(id: i64) -> GifRecord {
        GifRecord {
            id,
            slug: format!("dog-{id}"),
            sha256: Sha256::of(&id.to_le_bytes()).as_bytes().to_vec(),
            title: format!("Dog {id} 🐶"),
            alt: format!("Dog number {id}"),
            credit: format!("Artist {}", id % 2),
            license: "CC0-1.0".into(),
            source_url: String::new(),
            byte_size: 1000 + id,
            width: 480,
            height: 360,
            frames: 12,
        }
    }

    fn catalogue(ids: impl IntoIterator<Item = i64>) -> Catalogue {
        Catalogue::read(1, |each| {
            ids.into_iter().map(record).for_each(each);
            Ok::<(), Infallible>(())
        })
        .unwrap()
    }

    #[test]
    fn every_row_is_found_again_as_it_was_read() {
        let catalogue = catalogue([1, 3, 7]);
        let gif = catalogue.find("dog-3").unwrap();
        assert_eq!((gif.id, gif.title, gif.alt, gif.credit), (3, "Dog 3 🐶", "Dog number 3", "Artist 1"));
        assert!(catalogue.contains(&gif.sha256) && !catalogue.contains(&Sha256::of(b"cat")));
        assert!(catalogue.find("dog-2").is_none());
        assert_eq!(catalogue.after(1).map(|gif| gif.id).collect::<Vec<_>>(), [3, 7]);
    }

    #[test]
    fn the_choice_is_uniform_with_and_without_an_exception() {
        let catalogue = catalogue(1..=5);
        let mut rng = SmallRng::seed_from_u64(7);
        for except in [None, Some("dog-1"), Some("dog-3"), Some("dog-5"), Some("no-such-dog")] {
            let mut chosen: HashMap<&str, u32> = HashMap::new();
            for _ in 0..20_000 {
                *chosen.entry(catalogue.random(except, &mut rng).unwrap().slug).or_default() += 1;
            }
            let choices = if except.is_some_and(|slug| catalogue.find(slug).is_some()) { 4 } else { 5 };
            assert_eq!(chosen.len(), choices);
            assert!(except.is_none_or(|slug| !chosen.contains_key(slug)));
            let expected = 20_000 / u32::try_from(choices).unwrap();
            // Six standard deviations: the seed is fixed, so this never fails by chance.
            assert!(chosen.values().all(|count| count.abs_diff(expected) < 380), "{chosen:?}");
        }
    }

    #[test]
    fn the_only_dog_may_come_twice_and_no_dog_is_no_dog() {
        let mut rng = SmallRng::seed_from_u64(7);
        assert_eq!(catalogue([4]).random(Some("dog-4"), &mut rng).unwrap().slug, "dog-4");
        assert!(catalogue([]).random(None, &mut rng).is_none());
    }
}
