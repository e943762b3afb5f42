//! Pages for people: one typed view and one template each.

mod api_docs;
mod dog;
mod dog_view;
mod error_view;
mod stencil;
mod templates;

pub use api_docs::ApiDocs;
pub use dog::{DogPage, DogPages, HomePage};
pub use dog_view::DogView;
pub use error_view::ErrorView;
pub use templates::{HTML, Pages};
