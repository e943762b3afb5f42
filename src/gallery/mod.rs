//! What the product is about: the catalogue of GIFs, their bytes, and the visitor count.
//! It speaks neither HTTP nor SQL.

pub mod backup;
mod bundled;
mod catalogue;
mod counter;
mod digest;
mod files;
mod import;
mod manifest;
mod refresh;
mod slug;

pub use bundled::{Bundled, add_bundled, bundled};
pub use catalogue::{Catalogue, Gif};
pub use counter::{CountError, Counter, VisitCounter};
pub use digest::Sha256;
pub use files::Files;
pub use import::{Import, ImportError, Limits, Outcome, import};
pub use manifest::{Entry, MANIFEST_FILE, Manifest};
pub use refresh::Gallery;
pub use slug::Slug;
