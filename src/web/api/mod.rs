//! The JSON API. Its OpenAPI document is generated from these handlers.

mod gifs;
mod openapi;
mod problem;
mod visits;

pub use gifs::{GetGif, ListGifs, RandomGif};
pub use openapi::OpenApiJson;
pub use problem::{PROBLEM_JSON, Problem};
pub use visits::{GetVisits, PostVisit};
