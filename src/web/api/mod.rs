//! The JSON API. Its OpenAPI document is generated from these handlers.

mod docs;
mod gifs;
mod visits;

pub use docs::{ApiDocs, DocsFiles, OpenApiJson};
pub use gifs::{GetGif, ListGifs, RandomGif};
pub use visits::{GetVisits, PostVisit};
