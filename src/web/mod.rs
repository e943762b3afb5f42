//! HTTP: the website and its API for visitors, probes and metrics for operators.
//! Handlers are values that carry what they need; `routes.rs` is the one list of them.
//!
//! The inner rooms, each using only the ones before it: `files`, `pages`, `api`, then `operations` and `hoops`.

mod api;
mod draining;
mod error;
mod files;
mod hoops;
mod listener;
mod operations;
mod origin;
mod pages;
mod places;
mod request_id;
mod routes;
mod server;
mod shared;
mod timely;
mod trace;

pub use draining::Draining;
pub use listener::Terms;
pub use origin::Origin;
pub use pages::{DogPages, DogView, Pages};
pub use routes::{operations, website, wrap};
pub use server::{Bound, bind};
pub use shared::Shared;
