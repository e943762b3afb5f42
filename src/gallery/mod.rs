//! What the product is about: the catalogue of GIFs, their bytes, and the visitor count.
//! It speaks neither HTTP nor SQL.

pub mod backup;
mod bundled;
mod catalogue;
mod counter;
mod digest;
mod files;
#[expect(clippy::module_inception, reason = "the main type of the room has the file of its name")]
mod gallery;
mod import;
mod manifest;
mod readiness;
mod slug;
mod unlisted;

pub use bundled::{Bundled, add_bundled, bundled};
pub use catalogue::{Catalogue, Gif, Step, Walk};
pub use counter::{CountError, CountingThread, VisitCounter};
pub use digest::Sha256;
pub use files::{FileBytes, Files};
pub use gallery::{Gallery, Unavailable};
pub use import::{GifLimits, Import, ImportError, Outcome, import};
pub use manifest::{Description, Entry, MANIFEST_FILE, Manifest};
pub use readiness::Readiness;
pub use slug::Slug;

pub use crate::store::FileKind;
