//! Finds ids by a hash, in small buckets that copies of the index share until one of them changes them.

use std::sync::Arc;

/// With more entries than this for each bucket, the buckets become twice as many.
const BUCKET_ENTRIES: usize = 64;

/// Ids by the hash of something.
#[derive(Clone)]
pub(super) struct Index {
    /// As many as a power of two; the hash's lowest bits choose.
    buckets: Vec<Arc<Vec<Entry>>>,
    entries: usize,
}

/// 12 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C, packed(4))]
struct Entry {
    id: i64,
    hash: u32,
}

impl Default for Index {
    fn default() -> Self {
        Self { buckets: vec![Arc::default()], entries: 0 }
    }
}

impl Index {
    /// The ids that were inserted with this hash; a few others may have the same.
    pub(super) fn ids(&self, hash: u32) -> impl Iterator<Item = i64> {
        let bucket = &self.buckets[self.bucket(hash)];
        bucket.iter().filter(move |entry| entry.hash == hash).map(|entry| entry.id)
    }

    /// Adds an id.
    pub(super) fn insert(&mut self, hash: u32, id: i64) {
        if self.entries == self.buckets.len() * BUCKET_ENTRIES {
            self.grow();
        }
        let bucket = self.bucket(hash);
        let bucket = Arc::make_mut(&mut self.buckets[bucket]);
        if bucket.len() == bucket.capacity() {
            // Doubling would leave a quarter of the memory empty.
            bucket.reserve_exact(BUCKET_ENTRIES / 8);
        }
        bucket.push(Entry { id, hash });
        self.entries += 1;
    }

    /// Removes an id that was inserted with this hash.
    pub(super) fn remove(&mut self, hash: u32, id: i64) {
        let bucket = self.bucket(hash);
        let bucket = Arc::make_mut(&mut self.buckets[bucket]);
        if let Some(place) = bucket.iter().position(|entry| *entry == Entry { id, hash }) {
            bucket.swap_remove(place);
            self.entries -= 1;
        }
    }

    fn bucket(&self, hash: u32) -> usize {
        hash as usize & (self.buckets.len() - 1)
    }

    fn grow(&mut self) {
        let buckets = self.buckets.len();
        self.buckets.reserve_exact(buckets);
        for place in 0..buckets {
            let (stay, go) = self.buckets[place].iter().partition(|entry| entry.hash as usize & buckets == 0);
            self.buckets[place] = Arc::new(stay);
            self.buckets.push(Arc::new(go));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scattered(id: i64) -> u32 {
        u32::try_from(id).unwrap().wrapping_mul(2_654_435_761)
    }

    #[test]
    fn what_was_inserted_is_found_until_it_is_removed() {
        let mut index = Index::default();
        (0..20_000).for_each(|id| index.insert(scattered(id), id));
        assert!((0..20_000).all(|id| index.ids(scattered(id)).eq([id])));
        (0..20_000).step_by(3).for_each(|id| index.remove(scattered(id), id));
        assert!((0..20_000).all(|id| index.ids(scattered(id)).count() == usize::from(id % 3 != 0)));
    }

    #[test]
    fn one_hash_may_have_several_ids() {
        let mut index = Index::default();
        (0..1000).for_each(|id| index.insert(7, id));
        index.remove(7, 500);
        assert_eq!(index.ids(7).count(), 999);
        assert!(index.ids(7).all(|id| id != 500) && index.ids(8).next().is_none());
    }

    #[test]
    fn a_copy_does_not_change_with_the_original_and_shares_the_rest() {
        let mut index = Index::default();
        (0..20_000).for_each(|id| index.insert(scattered(id), id));
        let copy = index.clone();
        index.remove(scattered(5), 5);
        assert!(copy.ids(scattered(5)).eq([5]) && index.ids(scattered(5)).next().is_none());
        let shared = index.buckets.iter().zip(&copy.buckets).filter(|(one, other)| Arc::ptr_eq(one, other)).count();
        assert_eq!(shared, index.buckets.len() - 1);
    }
}
