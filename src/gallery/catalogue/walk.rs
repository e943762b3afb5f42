//! Brings a catalogue up to date by walking along the rows of the database, without a second whole list.
//!
//! # Design
//! The rows are compared with the segments as they come, and only segments that differ are made anew; the others
//! are shared with the catalogue that is being served. When nearly all of them differ, as after a restore, what is
//! finished is published on the way, and the old segments go.
//!
//! Most changes add GIFs, and those have the greatest ids. So a walk first goes along the end alone. That was
//! enough if the version has gone up by as many as rows have come and gone, as every other change moves it further.
//! If not, the database counts the rows of each segment, as most others take some away: ids are never used again, so a
//! segment with as many rows as before is the same. Only when this does not explain the version either, because all was
//! replaced, every row is read.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::gif::Gif;
use super::list::Catalogue;
use super::segment::{Segment, SegmentBuilder};
use crate::store::GifRecord;

/// A catalogue on its way to another version.
pub struct Walk {
    /// What was walked along so far is as in the database, what lies ahead as it was before.
    next: Catalogue,
    version: i64,
    reach: Reach,
    /// The segment that the rows which come are compared with.
    place: usize,
    /// What comes into the place of that segment: segments that are full, and a beginning.
    built: Vec<Segment>,
    gathered: SegmentBuilder,
    /// The id of the last row that has come, or where the walk has begun.
    last_id: i64,
    /// The greatest id before the walk.
    known_id: i64,
    /// How many GIFs there were before the walk.
    known_gifs: usize,
    /// Rows that have come with greater ones.
    added: usize,
    /// See [`Walk::replaced`].
    replaced: usize,
}

/// What a walk goes along.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The last segment, and what comes behind it.
    End {
        /// How many segments are before that.
        before: usize,
    },
    /// Those segments.
    Counts {
        /// How many of them have not been looked at.
        ahead: usize,
    },
    /// All there is.
    All,
}

/// What a walk needs next from the database.
pub enum Step {
    /// The rows with greater ids, some at a time, until there are none: [`Walk::take`], and then [`Walk::finish`].
    After(i64),
    /// Whether there are still so many GIFs with ids from `first` to `last`: [`Walk::pass`]. Else those that are left:
    /// [`Walk::renew`].
    Segment {
        /// The least id.
        first: i64,
        /// The greatest id.
        last: i64,
        /// How many GIFs there were.
        gifs: i64,
    },
    /// Nothing: [`Walk::finish`].
    Nothing,
}

impl Walk {
    /// Begins to bring `catalogue` to `version`, from its last segment on.
    pub fn new(catalogue: Catalogue, version: i64) -> Self {
        let place = catalogue.segments.len().saturating_sub(1);
        let last_id = catalogue.segments.get(place).filter(|_| place > 0).map_or(i64::MIN, |last| last.first_id() - 1);
        let known_id = catalogue.segments.last().map_or(i64::MIN, |segment| segment.last_id());
        let reach = if place == 0 { Reach::All } else { Reach::End { before: place } };
        let (built, gathered, known_gifs) = (Vec::new(), SegmentBuilder::default(), catalogue.len());
        let next = catalogue;
        Self { next, version, reach, place, built, gathered, last_id, known_id, known_gifs, added: 0, replaced: 0 }
    }

    /// What to ask the database for, and where to go on with it.
    pub fn step(&self) -> Step {
        match self.reach {
            Reach::Counts { ahead: 0 } => Step::Nothing,
            Reach::Counts { .. } => {
                let segment = &self.next.segments[self.place];
                Step::Segment { first: segment.first_id(), last: segment.last_id(), gifs: segment.len() as i64 }
            }
            Reach::End { .. } | Reach::All => Step::After(self.last_id),
        }
    }

    /// Leaves the next segment as it is.
    pub fn pass(&mut self) {
        self.place += 1;
        self.count_down();
    }

    /// Makes the next segment anew, out of its rows that are left.
    pub fn renew(&mut self, rows: &[GifRecord]) {
        rows.iter().for_each(|record| self.gathered.push(record));
        self.close_segment();
        self.count_down();
    }

    fn count_down(&mut self) {
        if let Reach::Counts { ahead } = &mut self.reach {
            *ahead -= 1;
        }
    }

    /// Takes the next row.
    pub fn take(&mut self, record: &GifRecord) {
        while self.next.segments.get(self.place + 1).is_some_and(|ahead| ahead.first_id() <= record.id) {
            self.close_segment();
        }
        if self.gathered.is_full() {
            self.built.extend(std::mem::take(&mut self.gathered).finish());
        }
        self.gathered.push(record);
        self.last_id = record.id;
        self.added += usize::from(record.id > self.known_id);
    }

    /// How many rows of the catalogue that is left behind are in segments which were made anew: they are in memory
    /// twice until [`Walk::so_far`] takes its place.
    pub fn replaced(&self) -> usize {
        self.replaced
    }

    /// The catalogue as far as it has come, under its old version.
    pub fn so_far(&mut self) -> Catalogue {
        self.replaced = 0;
        self.next.clone().measured()
    }

    /// The catalogue, now that everything has come; or, when that does not explain the version, the walk that is needed.
    pub fn finish(mut self) -> ControlFlow<Catalogue, Self> {
        if !matches!(self.reach, Reach::Counts { .. }) {
            while self.place < self.next.segments.len() {
                self.close_segment();
            }
            self.close_segment();
        }
        let gifs: usize = self.next.segments.iter().map(|segment| segment.len()).sum();
        // None when something was put back, which explains nothing.
        let gone = (self.known_gifs + self.added).checked_sub(gifs);
        let is_explained = gone.is_some_and(|gone| self.version - self.next.version == (self.added + gone) as i64);
        self.reach = match self.reach {
            Reach::End { before } if !is_explained => Reach::Counts { ahead: before },
            Reach::Counts { .. } if !is_explained => Reach::All,
            _ => {
                self.next.version = self.version;
                return ControlFlow::Break(self.next.measured());
            }
        };
        (self.place, self.last_id) = (0, i64::MIN);
        ControlFlow::Continue(self)
    }

    /// Puts what has come into the place of the segment it was compared with, if it is not the same.
    fn close_segment(&mut self) {
        self.built.extend(std::mem::take(&mut self.gathered).finish());
        let built = std::mem::take(&mut self.built);
        let old = self.next.segments.get(self.place).cloned();
        if let (Some(old), [new]) = (&old, &built[..])
            && **old == *new
        {
            self.place += 1;
            return;
        }
        self.replaced += old.as_ref().map_or(0, |old| old.len());
        self.index(old.iter().flat_map(|segment| segment.gifs_from(0)), built.iter().flat_map(|new| new.gifs_from(0)));
        let range = self.place..self.place + usize::from(old.is_some());
        self.place += built.len();
        self.next.segments.splice(range, built.into_iter().map(Arc::new));
    }

    /// Takes the old GIFs out of the indexes and puts the new ones in, but for those that are the same.
    fn index<'a>(&mut self, old: impl Iterator<Item = Gif<'a>>, new: impl Iterator<Item = Gif<'a>>) {
        let mut new = new.peekable();
        for old in old {
            while let Some(new) = new.next_if(|new| new.id < old.id) {
                self.next.index(&new);
            }
            match new.next_if(|new| new.id == old.id) {
                Some(same) if same == old => {}
                Some(changed) => {
                    self.next.forget(&old);
                    self.next.index(&changed);
                }
                None => self.next.forget(&old),
            }
        }
        new.for_each(|new| self.next.index(&new));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::gallery::Sha256;
    use crate::gallery::catalogue::list::sha256_hash;
    use crate::gallery::catalogue::list::tests::record as some_dog;
    use crate::gallery::catalogue::segment::SEGMENT_ROWS;

    /// What the database holds: a version of each dog, by id.
    type Dogs = BTreeMap<i64, u8>;

    fn record(id: i64, edition: u8) -> GifRecord {
        let mut record = some_dog(id);
        record.texts.slug = format!("dog-{}-{edition}", id % 7);
        record.facts.sha256 = Sha256::of(format!("{id} {edition}").as_bytes()).as_bytes().to_vec();
        record
    }

    /// Walks along as [`crate::gallery::Gallery`] does, and looks at what is on the way.
    fn walk(catalogue: &Catalogue, version: i64, dogs: &Dogs) -> Catalogue {
        let mut walk = Walk::new(catalogue.clone(), version);
        loop {
            match walk.step() {
                Step::After(after) => {
                    for (&id, &edition) in dogs.iter().filter(|(id, _)| **id > after) {
                        walk.take(&record(id, edition));
                        assert_sound(&walk.so_far());
                    }
                }
                Step::Segment { first, last, gifs } => {
                    let rows: Vec<_> = dogs.range(first..=last).map(|(&id, &edition)| record(id, edition)).collect();
                    if rows.len() as i64 == gifs {
                        walk.pass()
                    } else {
                        walk.renew(&rows)
                    }
                    assert_sound(&walk.so_far());
                    continue;
                }
                Step::Nothing => {}
            }
            match walk.finish() {
                ControlFlow::Break(catalogue) => return catalogue,
                ControlFlow::Continue(further) => walk = further,
            }
        }
    }

    fn new(version: i64, dogs: &Dogs) -> Catalogue {
        walk(&Catalogue::default(), version, dogs)
    }

    fn dogs(ids: impl IntoIterator<Item = i64>) -> Dogs {
        ids.into_iter().map(|id| (id, 0)).collect()
    }

    /// Everything in it can be found, and its numbers add up.
    fn assert_sound(catalogue: &Catalogue) {
        let gifs: Vec<Gif<'_>> = catalogue.after(i64::MIN).collect();
        assert_eq!(gifs.len(), catalogue.len());
        for gif in gifs {
            assert!(catalogue.contains(&gif.sha256));
            assert_eq!(catalogue.find(gif.slug).map(|found| found.slug), Some(gif.slug));
            assert_eq!(catalogue.after(gif.id - 1).next(), Some(gif));
        }
    }

    fn assert_is(catalogue: &Catalogue, dogs: &Dogs) {
        assert_sound(catalogue);
        let expected: Vec<GifRecord> = dogs.iter().map(|(&id, &edition)| record(id, edition)).collect();
        let found = catalogue.after(i64::MIN).map(|gif| (gif.id, gif.slug, *gif.sha256.as_bytes(), gif.credit));
        let expected = expected.iter().map(|record| {
            let GifRecord { id, texts, facts } = record;
            (*id, texts.slug.as_str(), facts.sha256.as_slice().try_into().unwrap(), texts.credit.as_str())
        });
        assert!(found.eq(expected));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_changes_the_catalogue_becomes_what_the_database_holds(
            before in prop::collection::btree_map(1..120_i64, 0..2_u8, 0..60),
            after in prop::collection::btree_map(1..160_i64, 0..2_u8, 0..80),
            others in 0..3_i64,
        ) {
            // As long as versions are kept as promised: by one for each row that comes or goes, also for those that nobody has
            // seen, and by more than that when all was replaced.
            let is_new = |id: &i64| before.keys().all(|known| known < id);
            let is_kept = |(id, edition): (&i64, &u8)| is_new(id) || before.get(id) == Some(edition);
            let added = after.keys().filter(|id| is_new(id)).count();
            let gone = before.keys().filter(|id| !after.contains_key(id)).count();
            let is_replaced = !after.iter().all(is_kept);
            let bumps = (added + gone) as i64 + if is_replaced { 1 + others } else { others };
            let old = new(7, &before);
            assert_is(&old, &before);
            let new = walk(&old, 7 + bumps, &after);
            assert_is(&new, &after);
            assert_eq!(new.version(), 7 + bumps);
            assert_is(&old, &before);
            // Nor are the indexes left with what is gone.
            for (&id, &edition) in before.iter().filter(|(id, edition)| after.get(id) != Some(edition)) {
                let gone = Sha256::try_from(record(id, edition).facts.sha256.as_slice()).unwrap();
                assert!(!new.contains(&gone) && new.by_sha256.ids(sha256_hash(&gone)).all(|left| left != id));
            }
        }
    }

    const ROWS: i64 = SEGMENT_ROWS as i64;

    #[test]
    fn segments_that_did_not_change_are_shared() {
        let mut now = dogs(1..=ROWS * 10);
        let old = new(1, &now);
        now.remove(&20);
        // One that went, and whatever else it takes to read everything.
        for version in [2, 100] {
            let new = walk(&old, version, &now);
            let shared = old.segments.iter().zip(&new.segments).filter(|(old, new)| Arc::ptr_eq(old, new)).count();
            assert_eq!((old.segments.len(), new.segments.len(), shared), (10, 10, 9));
        }
    }

    #[test]
    fn new_gifs_need_the_end_alone() {
        let mut walk = Walk::new(new(1, &dogs(1..=ROWS * 3)), 3);
        assert!(matches!(walk.step(), Step::After(after) if after == ROWS * 2));
        for id in ROWS * 2 + 1..=ROWS * 3 + 2 {
            walk.take(&record(id, 0));
        }
        assert_is(&walk.finish().break_value().unwrap(), &dogs(1..=ROWS * 3 + 2));
    }

    /// A walk from three segments whose end has been walked along, where nothing has changed.
    fn walk_behind_its_end(version: i64) -> Walk {
        let mut walk = Walk::new(new(1, &dogs(1..=ROWS * 3)), version);
        for id in ROWS * 2 + 1..=ROWS * 3 {
            walk.take(&record(id, 0));
        }
        walk.finish().continue_value().expect("the version has moved")
    }

    #[test]
    fn gifs_that_have_gone_need_their_segment_alone() {
        let mut walk = walk_behind_its_end(3);
        assert!(matches!(walk.step(), Step::Segment { first: 1, last: ROWS, gifs: ROWS }));
        walk.pass();
        assert!(
            matches!(walk.step(), Step::Segment { first, last, gifs: ROWS } if first == ROWS + 1 && last == ROWS * 2)
        );
        let mut now = dogs(1..=ROWS * 3);
        now.retain(|id, _| ![ROWS + 1, ROWS + 5].contains(id));
        let rows: Vec<_> = now.range(ROWS + 1..=ROWS * 2).map(|(&id, &edition)| record(id, edition)).collect();
        walk.renew(&rows);
        assert!(matches!(walk.step(), Step::Nothing));
        assert_is(&walk.finish().break_value().unwrap(), &now);
    }

    #[test]
    fn a_version_that_went_further_than_gifs_have_come_and_gone_needs_the_whole() {
        let mut walk = walk_behind_its_end(3);
        while let Step::Segment { .. } = walk.step() {
            walk.pass();
        }
        let whole = walk.finish().continue_value().unwrap();
        assert!(matches!(whole.step(), Step::After(i64::MIN)), "nothing has changed, and the version has moved by two");
    }

    #[test]
    fn rows_that_are_in_memory_twice_are_counted_until_they_are_published() {
        let mut walk = walk_behind_its_end(3);
        walk.reach = Reach::All;
        for id in 1..=ROWS * 2 + 1 {
            walk.take(&record(id, u8::from(id <= ROWS)));
        }
        assert_eq!(walk.replaced(), SEGMENT_ROWS, "the first of two segments has changed");
        assert!(walk.so_far().find("dog-1-1").is_some());
        assert_eq!(walk.replaced(), 0);
    }
}
