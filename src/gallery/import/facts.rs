//! What is in the file of a GIF.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions};

use super::error::ImportError;
use super::limits::GifLimits;
use super::still::first_frame;

/// What decoding a GIF tells.
pub(super) struct Facts {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) frames: u16,
    /// The first frame as a PNG.
    pub(super) still: Vec<u8>,
}

impl Facts {
    /// Decodes frame by frame, so that memory is bounded by one canvas (16 MB) whatever the file claims.
    ///
    /// # Errors
    /// It is no sound GIF, or beyond the limits.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ImportError> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::Indexed);
        options.check_frame_consistency(true);
        let mut decoder = options.read_info(Cursor::new(bytes))?;
        let (width, height) = (decoder.width(), decoder.height());
        if width == 0 || height == 0 || width > GifLimits::PIXELS || height > GifLimits::PIXELS {
            return Err(ImportError::TooLarge(width, height));
        }
        let still = first_frame(&mut decoder)?;
        let mut frames = 1;
        while decoder.read_next_frame()?.is_some() {
            frames += 1;
            if frames > GifLimits::FRAMES {
                return Err(ImportError::TooManyFrames);
            }
        }
        if frames == 1 {
            return Err(ImportError::NotAnimated);
        }
        Ok(Self { width, height, frames, still })
    }
}
