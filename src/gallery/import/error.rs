//! Why something is not taken in, in words for whoever brought it.

use super::limits::GifLimits;
use crate::gallery::slug::InvalidSlug;
use crate::store::Error;

/// Why something is not taken in. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// More bytes than allowed.
    #[error("it has {0} bytes, more than {limit} (8 MiB); make it smaller", limit = GifLimits::BYTES)]
    TooManyBytes(usize),
    /// Not a GIF, or a damaged one.
    #[error("it is not a sound GIF")]
    NotAGif(#[from] gif::DecodingError),
    /// A GIF in which something is missing.
    #[error("it is not a sound GIF: {0}")]
    Incomplete(&'static str),
    /// A GIF whose first frame shows what no picture can.
    #[error("it is not a sound GIF: its first frame cannot be drawn")]
    Undrawable(#[from] png::EncodingError),
    /// One frame only.
    #[error("it has one frame only; an animated GIF is wanted")]
    NotAnimated,
    /// More frames than allowed.
    #[error("it has more than {limit} frames; shorten it", limit = GifLimits::FRAMES)]
    TooManyFrames,
    /// More pixels than allowed.
    #[error("it is {0}x{1} pixels; at most {limit}x{limit} are taken, so scale it down", limit = GifLimits::PIXELS)]
    TooLarge(u16, u16),
    /// A text that is too long.
    #[error("its {field} has {length} characters, more than {limit}; shorten it")]
    LongText {
        /// Which text.
        field: &'static str,
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A slug that cannot be in a URL.
    #[error("{0:?} cannot be its slug")]
    BadSlug(String, #[source] InvalidSlug),
    /// A source URL that is none.
    #[error("its source URL {0:?} does not begin with http:// or https://")]
    BadSourceUrl(String),
    /// A source URL that tells more than where.
    #[error("its source URL holds an account or a password, which every visitor would see; leave it out")]
    PasswordInUrl,
    /// The store refused it.
    #[error(transparent)]
    Store(#[from] Error),
}
