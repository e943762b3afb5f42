//! The GIFs' bytes: from a cache bounded by bytes, else from the database, once for all who wait.

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};

use super::{Catalogue, Sha256, bundled};
use crate::store::{AnyConnection, Error, FileKind, Store, find_file};
use crate::telemetry::{CacheResult, Metrics};

/// A GIF is 8 MiB at most; with this few shards one fits into a shard of the default cache.
const SHARDS: usize = 4;

/// A rough size of a cached file, for the cache's first allocation.
const TYPICAL_FILE_BYTES: u64 = 256 * 1024;

/// A file of a GIF.
#[derive(Debug, Clone)]
pub struct FileBytes {
    /// The bytes.
    pub bytes: Bytes,
    /// Their digest: of a still, which is named after its animation, the digest of the still.
    pub sha256: Sha256,
}

impl FileBytes {
    /// The file of a bundled dog, which is there when the database is not.
    pub fn bundled(gif: Sha256, kind: FileKind) -> Option<Self> {
        bundled().find(|dog| dog.sha256 == gif).map(|dog| Self::of(gif, kind, dog.file(kind)))
    }

    /// The file of the GIF with this digest.
    fn of(gif: Sha256, kind: FileKind, bytes: Bytes) -> Self {
        let sha256 = match kind {
            FileKind::Animation => gif,
            FileKind::Still => Sha256::of(&bytes),
        };
        Self { bytes, sha256 }
    }
}

/// What a cached file is called.
type Key = (Sha256, FileKind);

/// Reads files through the cache.
pub struct Files {
    cache: Cache<Key, FileBytes, ByteLength>,
    store: Store,
    metrics: Metrics,
}

#[derive(Clone)]
struct ByteLength;

impl Weighter<Key, FileBytes> for ByteLength {
    fn weight(&self, _: &Key, file: &FileBytes) -> u64 {
        // An entry takes some memory even if its file were empty.
        file.bytes.len().max(64) as u64
    }
}

impl Files {
    /// A cache of at most `capacity` bytes in front of `store`.
    pub fn new(capacity: u64, store: Store, metrics: Metrics) -> Self {
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .weight_capacity(capacity)
            .estimated_items_capacity(usize::try_from(capacity / TYPICAL_FILE_BYTES).unwrap_or(usize::MAX).max(16))
            .build()
            .expect("every required option is set");
        let cache = Cache::with_options(options, ByteLength, Default::default(), Default::default());
        Self { cache, store, metrics }
    }

    /// The bytes of a file, if there is one of this digest.
    ///
    /// # Errors
    /// The file is neither cached nor bundled, and the database cannot be asked.
    pub async fn get(&self, sha256: Sha256, kind: FileKind) -> Result<Option<FileBytes>, Error> {
        if let Some(file) = self.cache.get(&(sha256, kind)) {
            self.metrics.cache_request(CacheResult::Hit);
            return Ok(Some(file));
        }
        self.metrics.cache_request(CacheResult::Miss);
        let file = match self.cache.get_value_or_guard_async(&(sha256, kind)).await {
            Ok(file) => return Ok(Some(file)),
            Err(guard) => {
                let file = self.load(sha256, kind).await?;
                if let Some(file) = &file {
                    // Refused only when it was removed meanwhile; then it is served this once.
                    let _ = guard.insert(file.clone());
                }
                file
            }
        };
        self.show_size();
        Ok(file)
    }

    /// Forgets the files that are no longer in the catalogue, so that a removed GIF is gone.
    pub fn retain(&self, catalogue: &Catalogue) {
        self.cache.retain(|(sha256, _), _| catalogue.contains(sha256));
        self.show_size();
    }

    async fn load(&self, sha256: Sha256, kind: FileKind) -> Result<Option<FileBytes>, Error> {
        let find = move |connection: &mut AnyConnection| {
            // Digested here, where blocking is allowed.
            Ok(find_file(connection, sha256.as_bytes(), kind)?.map(|bytes| FileBytes::of(sha256, kind, bytes.into())))
        };
        match self.store.within_deadline(find).await {
            Ok(file) => Ok(file),
            Err(error) => FileBytes::bundled(sha256, kind).map(Some).ok_or(error),
        }
    }

    fn show_size(&self) {
        self.metrics.cache_bytes.set(i64::try_from(self.cache.weight()).unwrap_or(i64::MAX));
    }
}
