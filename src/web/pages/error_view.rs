//! What the page of an error shows.

use rand::seq::IteratorRandom;
use salvo::http::StatusCode;
use serde::Serialize;

use crate::gallery::bundled;
use crate::web::files::{bundled_animation_url, bundled_still_url};

/// What the page of an error shows.
#[derive(Serialize)]
pub struct ErrorView<'a> {
    status: u16,
    heading: &'static str,
    sentence: &'a str,
    request_id: &'a str,
    /// Whether the same request may well succeed in a moment.
    is_temporary: bool,
    dog: Option<Comforter>,
}

/// A bundled dog on the page of an error: it is there even when the database is not, and when it was removed.
#[derive(Serialize)]
struct Comforter {
    alt: &'static str,
    animation_url: String,
    still_url: String,
}

impl<'a> ErrorView<'a> {
    /// The page for `status`.
    pub fn new(status: StatusCode, sentence: &'a str, request_id: &'a str) -> Self {
        let heading = match status.as_u16() {
            404 => "No dog here",
            405 => "That trick is unknown",
            413 => "Too much to fetch",
            503 => "The dogs need a moment",
            500..600 => "A dog ate our homework",
            _ => "That did not work",
        };
        let dog = bundled().choose(&mut rand::rng()).map(|dog| Comforter {
            alt: dog.entry.description.alt.as_deref().unwrap_or_default(),
            animation_url: bundled_animation_url(&dog.sha256),
            still_url: bundled_still_url(&dog.sha256),
        });
        let is_temporary = status == StatusCode::SERVICE_UNAVAILABLE;
        Self { status: status.as_u16(), heading, sentence, request_id, is_temporary, dog }
    }
}
