//! The dogs that come with the program. They are added to a catalogue that never had any, and they are
//! there when the database is not.

use std::sync::{LazyLock, OnceLock};

use bytes::Bytes;
use rust_embed::RustEmbed;

use super::{Entry, Import, ImportError, MANIFEST_FILE, Manifest, Outcome, Sha256};
use crate::store::{FileKind, Store, atomically, catalogue_version, claim_catalogue};

#[derive(RustEmbed)]
#[folder = "assets/dogs"]
struct Folder;

/// A dog that comes with the program.
pub struct Bundled {
    /// What is known of it.
    pub entry: Entry,
    /// Digest of its bytes.
    pub sha256: Sha256,
    animation: &'static [u8],
    still: OnceLock<Bytes>,
}

static DOGS: LazyLock<Vec<Bundled>> = LazyLock::new(|| {
    let manifest = Folder::get(MANIFEST_FILE).expect("assets/dogs has a manifest");
    let manifest: Manifest = serde_json::from_slice(&manifest.data).expect("the manifest of assets/dogs is valid");
    manifest.gifs.into_iter().map(Bundled::new).collect()
});

/// Every bundled dog, in the manifest's order.
pub fn bundled() -> impl ExactSizeIterator<Item = &'static Bundled> {
    DOGS.iter()
}

/// Adds every bundled dog, or none; with `only_if_new`, only to a catalogue that never had any.
///
/// # Errors
/// The database refuses one.
pub fn add_bundled(store: &Store, only_if_new: bool) -> Result<Vec<Outcome>, ImportError> {
    if only_if_new && store.on_this_thread(catalogue_version)? > 0 {
        return Ok(Vec::new());
    }
    // Decoded before the transaction begins, which others wait for.
    let dogs: Vec<Import> =
        bundled().map(|dog| Import::check(dog.animation.to_vec(), &dog.entry)).collect::<Result<_, _>>()?;
    Ok(store.on_this_thread(|connection| {
        atomically(connection, |connection| {
            if only_if_new {
                // Others who start at the same time wait here, and then see that it was done.
                claim_catalogue(connection)?;
                if catalogue_version(connection)? > 1 {
                    return Ok(Vec::new());
                }
            }
            dogs.into_iter().map(|dog| dog.add_to(connection)).collect()
        })
    })?)
}

impl Bundled {
    fn new(entry: Entry) -> Self {
        let file = Folder::get(&entry.file).unwrap_or_else(|| panic!("assets/dogs has no {}", entry.file));
        let animation = match file.data {
            std::borrow::Cow::Borrowed(bytes) => bytes,
            // Debug builds read the folder at run time.
            std::borrow::Cow::Owned(bytes) => Vec::leak(bytes),
        };
        Self { entry, sha256: Sha256::of(animation), animation, still: OnceLock::new() }
    }

    /// One of its files; the still is drawn when it is first wanted.
    pub fn file(&self, kind: FileKind) -> Bytes {
        match kind {
            FileKind::Animation => Bytes::from_static(self.animation),
            FileKind::Still => self.still.get_or_init(|| self.draw_still()).clone(),
        }
    }

    fn draw_still(&self) -> Bytes {
        Import::check(self.animation.to_vec(), &self.entry)
            .map_or_else(|_| Bytes::new(), |import| Bytes::copy_from_slice(import.still()))
    }
}
