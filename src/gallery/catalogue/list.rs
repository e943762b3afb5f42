//! The list of GIFs in memory: choosing one costs no query and no time that grows with the list.
//!
//! # Design
//! The list is never changed: a new one takes its place, so that nobody who reads it waits. It consists of segments
//! and of buckets of its indexes, which one list shares with the next but for those that differ: a change costs
//! what it changes, in time and in memory.

use std::sync::Arc;

use rand::{Rng, RngExt};

use super::gif::Gif;
use super::index::Index;
use super::segment::{Segment, hash_of};
use crate::gallery::Sha256;

/// An unchangeable list of GIFs, by ascending id.
#[derive(Default, Clone)]
pub struct Catalogue {
    /// The version of the database's catalogue that this was read at.
    pub(super) version: i64,
    pub(super) segments: Vec<Arc<Segment>>,
    /// Of each segment; they are searched, and so lie together.
    bounds: Vec<Bounds>,
    by_slug: Index,
    pub(super) by_sha256: Index,
}

/// What a segment has its part in.
#[derive(Clone, Copy)]
struct Bounds {
    first_id: i64,
    /// How many GIFs there are up to its end.
    end: usize,
}

impl Catalogue {
    /// The version of the database's catalogue that this was read at.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// How many GIFs there are.
    pub fn len(&self) -> usize {
        self.start(self.bounds.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// One GIF, each with the same chance; not the one called `except` if there is another.
    pub fn random(&self, except: Option<&str>, rng: &mut impl Rng) -> Option<Gif<'_>> {
        let excepted = except.and_then(|slug| self.locate_slug(slug)).filter(|_| self.len() > 1);
        let excepted = excepted.map(|(segment, position)| self.start(segment) + position);
        let choices = self.len() - usize::from(excepted.is_some());
        if choices == 0 {
            return None;
        }
        let choice = rng.random_range(0..choices);
        // The places behind the excepted one move up by one.
        let choice = choice + usize::from(excepted.is_some_and(|excepted| choice >= excepted));
        let segment = self.bounds.partition_point(|bounds| bounds.end <= choice);
        Some(self.segments[segment].gif(choice - self.start(segment)))
    }

    /// The GIF with this slug.
    pub fn find(&self, slug: &str) -> Option<Gif<'_>> {
        self.locate_slug(slug).map(|(segment, position)| self.segments[segment].gif(position))
    }

    /// Whether a GIF has these bytes.
    pub fn contains(&self, sha256: &Sha256) -> bool {
        self.locate(&self.by_sha256, sha256_hash(sha256), |gif| gif.sha256 == *sha256).is_some()
    }

    /// The GIFs whose id is greater than `after`, by ascending id.
    pub fn after(&self, after: i64) -> impl Iterator<Item = Gif<'_>> {
        // Those of the segment before begin at most there.
        let start = self.bounds.partition_point(|bounds| bounds.first_id <= after).saturating_sub(1);
        self.segments[start..].iter().flat_map(move |segment| segment.gifs_from(segment.position_after(after)))
    }

    fn locate_slug(&self, slug: &str) -> Option<(usize, usize)> {
        self.locate(&self.by_slug, slug_hash(slug), |gif| gif.slug == slug)
    }

    /// The segment, and the position in it, of the GIF that `is_wanted` among those with this hash.
    fn locate(&self, index: &Index, hash: u32, is_wanted: impl Fn(Gif<'_>) -> bool) -> Option<(usize, usize)> {
        index.ids(hash).find_map(|id| {
            let segment = self.bounds.partition_point(|bounds| bounds.first_id <= id).checked_sub(1)?;
            let position = self.segments[segment].position(id)?;
            is_wanted(self.segments[segment].gif(position)).then_some((segment, position))
        })
    }

    /// How many GIFs there are before a segment.
    fn start(&self, segment: usize) -> usize {
        segment.checked_sub(1).map_or(0, |before| self.bounds[before].end)
    }

    /// The same with the bounds of its segments as they are now.
    pub(super) fn measured(mut self) -> Self {
        let mut end = 0;
        let bounds = self.segments.iter().map(|segment| {
            end += segment.len();
            Bounds { first_id: segment.first_id(), end }
        });
        self.bounds = bounds.collect();
        self
    }

    pub(super) fn index(&mut self, gif: &Gif<'_>) {
        self.by_slug.insert(slug_hash(gif.slug), gif.id);
        self.by_sha256.insert(sha256_hash(&gif.sha256), gif.id);
    }

    pub(super) fn forget(&mut self, gif: &Gif<'_>) {
        self.by_slug.remove(slug_hash(gif.slug), gif.id);
        self.by_sha256.remove(sha256_hash(&gif.sha256), gif.id);
    }
}

fn slug_hash(slug: &str) -> u32 {
    // Its lower half.
    hash_of(slug) as u32
}

pub(super) fn sha256_hash(sha256: &Sha256) -> u32 {
    let [a, b, c, d, ..] = *sha256.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;

    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;
    use crate::gallery::catalogue::Walk;
    use crate::store::{GifFacts, GifRecord, GifTexts};

    /// Some dog.
    pub fn record(id: i64) -> GifRecord {
        GifRecord {
            id,
            texts: GifTexts {
                slug: format!("dog-{id}"),
                title: format!("Dog {id} 🐶"),
                alt: format!("Dog number {id}"),
                credit: format!("Artist {}", id % 2),
                license: "CC0-1.0".into(),
                ..GifTexts::default()
            },
            facts: GifFacts {
                sha256: Sha256::of(&id.to_le_bytes()).as_bytes().to_vec(),
                byte_size: 1000 + id,
                width: 480,
                height: 360,
                frames: 12,
            },
        }
    }

    fn catalogue(ids: impl IntoIterator<Item = i64>) -> Catalogue {
        let mut walk = Walk::new(Catalogue::default(), 1);
        ids.into_iter().for_each(|id| walk.take(&record(id)));
        walk.finish().break_value().unwrap()
    }

    #[test]
    fn every_row_is_found_again_as_it_was_read() {
        let catalogue = catalogue([1, 3, 7]);
        let gif = catalogue.find("dog-3").unwrap();
        assert_eq!((gif.id, gif.title, gif.alt, gif.credit), (3, "Dog 3 🐶", "Dog number 3", "Artist 1"));
        assert!(catalogue.contains(&gif.sha256) && !catalogue.contains(&Sha256::of(b"cat")));
        assert!(catalogue.find("dog-2").is_none());
        assert_eq!(catalogue.after(1).map(|gif| gif.id).collect::<Vec<_>>(), [3, 7]);
        assert_eq!(catalogue.after(2).map(|gif| gif.id).collect::<Vec<_>>(), [3, 7]);
        assert_eq!(catalogue.after(7).count(), 0);
    }

    #[test]
    fn every_row_of_many_segments_is_found_again() {
        let catalogue = catalogue((1..=1000).map(|id| id * 3));
        assert_eq!(catalogue.len(), 1000);
        for id in 1..=3000 {
            let found = catalogue.find(&format!("dog-{id}")).map(|gif| gif.id);
            assert_eq!(found, (id % 3 == 0).then_some(id));
            let next = catalogue.after(id).next().map(|gif| gif.id);
            assert_eq!(next, (id < 3000).then_some(id - id % 3 + 3));
        }
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
