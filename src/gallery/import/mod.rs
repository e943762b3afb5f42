//! Takes GIFs in: decodes every frame, keeps to the limits, draws the still, and adds them to the store.

mod check;
mod error;
mod facts;
mod limits;
mod still;

pub use check::{Import, Outcome, import};
pub use error::ImportError;
pub use limits::GifLimits;
