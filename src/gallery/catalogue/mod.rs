//! The catalogue: which GIFs there are, and how it follows the database.

mod gif;
mod index;
mod list;
mod segment;
mod walk;

pub use gif::Gif;
pub use list::Catalogue;
pub use walk::{Step, Walk};
