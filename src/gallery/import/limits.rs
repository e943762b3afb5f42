//! How large a GIF may be, and what is told of it.

/// How large a GIF may be.
#[derive(Debug)]
pub struct GifLimits;

impl GifLimits {
    /// 8 MiB: well below what either database takes in one packet.
    pub const BYTES: usize = 8 * 1024 * 1024;
    /// Width and height, in pixels.
    pub const PIXELS: u16 = 2000;
    /// Frames.
    pub const FRAMES: u16 = 500;
    /// Characters of a title, a credit and a licence.
    pub const SHORT_TEXT: usize = 200;
    /// Characters of an alt text.
    pub const LONG_TEXT: usize = 1000;
    /// Characters of a source URL.
    pub const URL: usize = 2000;
}
