//! Draws the first frame of a GIF as a PNG.

use std::io::Cursor;

use gif::{Decoder, Frame};

use super::error::ImportError;

/// Draws the first frame on the canvas, what it leaves free being transparent; with its own palette where that has
/// room for one more colour, which makes a file no larger than the GIF itself.
pub(super) fn first_frame(decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<Vec<u8>, ImportError> {
    let canvas = Canvas { width: decoder.width(), height: decoder.height() };
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let frame = decoder.read_next_frame()?;
    let frame = frame.ok_or_else(|| ImportError::Incomplete("there is no frame in it"))?;
    let palette = frame.palette.clone().or(global);
    let mut palette = palette.ok_or_else(|| ImportError::Incomplete("its first frame has no colours"))?;
    let mut is_in_use = [false; 256];
    frame.buffer.iter().for_each(|index| is_in_use[usize::from(*index)] = true);
    let highest = is_in_use.iter().rposition(|used| *used).unwrap_or(0);
    // Colours that the palette does not have are black.
    palette.resize(palette.len().max((highest + 1) * 3), 0);
    let colours = palette.len() / 3;
    let covers = frame.width == canvas.width && frame.height == canvas.height;
    let clear = match frame.transparent {
        Some(transparent) => Some(transparent.into()),
        None if covers => None,
        None if colours < 256 => Some(colours),
        None => is_in_use.iter().position(|used| !used),
    };
    Ok(if covers || clear.is_some() {
        canvas.draw_indexed(frame, palette, clear)?
    } else {
        canvas.draw_coloured(frame, &palette)?
    })
}

/// What a still is drawn on.
#[derive(Clone, Copy)]
struct Canvas {
    width: u16,
    height: u16,
}

impl Canvas {
    /// One byte a pixel. `clear` is the transparent colour, if there is one.
    fn draw_indexed(
        self,
        frame: &Frame<'_>,
        mut palette: Vec<u8>,
        clear: Option<usize>,
    ) -> Result<Vec<u8>, png::EncodingError> {
        if let Some(clear) = clear {
            palette.resize(palette.len().max((clear + 1) * 3), 0);
        }
        let mut alpha = vec![255; palette.len() / 3];
        if let Some(clear) = clear {
            alpha[clear] = 0;
        }
        let empty = clear.and_then(|clear| u8::try_from(clear).ok()).unwrap_or(0);
        let mut pixels = vec![empty; self.pixels()];
        for (start, line) in self.lines(frame) {
            pixels[start..][..line.len()].copy_from_slice(line);
        }
        self.encode(png::ColorType::Indexed, &pixels, |encoder| {
            encoder.set_palette(palette);
            encoder.set_trns(alpha);
        })
    }

    /// Four bytes a pixel.
    fn draw_coloured(self, frame: &Frame<'_>, palette: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
        let colours = palette.as_chunks::<3>().0;
        let mut pixels = vec![[0; 4]; self.pixels()];
        for (start, line) in self.lines(frame) {
            for (pixel, index) in pixels[start..].iter_mut().zip(line) {
                let [red, green, blue] = colours[usize::from(*index)];
                *pixel = [red, green, blue, 255];
            }
        }
        self.encode(png::ColorType::Rgba, pixels.as_flattened(), |_| ())
    }

    /// The frame's lines, each with the place of its first pixel.
    fn lines<'frame>(self, frame: &'frame Frame<'_>) -> impl Iterator<Item = (usize, &'frame [u8])> {
        let lines = frame.buffer.chunks_exact(frame.width.max(1).into());
        let (top, left) = (usize::from(frame.top), usize::from(frame.left));
        lines.zip(top..).map(move |(line, y)| (y * usize::from(self.width) + left, line))
    }

    fn pixels(self) -> usize {
        usize::from(self.width) * usize::from(self.height)
    }

    fn encode<'palette>(
        self,
        colours: png::ColorType,
        pixels: &[u8],
        set: impl FnOnce(&mut png::Encoder<'palette, &mut Vec<u8>>),
    ) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width.into(), self.height.into());
        encoder.set_color(colours);
        encoder.set_depth(png::BitDepth::Eight);
        set(&mut encoder);
        encoder.write_header()?.write_image_data(pixels)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use gif::Encoder;

    use super::*;
    use crate::gallery::import::facts::Facts;

    /// 256 colours, none of them the same.
    fn palette() -> Vec<u8> {
        (0..=255_u8).flat_map(|index| [index, 255 - index, index / 2]).collect()
    }

    /// An animated GIF of 40 by 30 whose first frame is `first`.
    fn gif_beginning_with(first: &Frame<'_>, palette: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 40, 30, palette).unwrap();
        encoder.write_frame(first).unwrap();
        encoder.write_frame(&Frame::from_indexed_pixels(1, 1, [1], None)).unwrap();
        drop(encoder);
        file
    }

    fn still_of(gif: &[u8]) -> Vec<u8> {
        Facts::decode(gif).unwrap().still
    }

    /// Red, green, blue and alpha of every pixel, as a browser would show them.
    fn pixels_of(png: &[u8]) -> Vec<[u8; 4]> {
        let mut decoder = png::Decoder::new(Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (40, 30, png::ColorType::Rgba));
        pixels.as_chunks::<4>().0.to_vec()
    }

    #[test]
    fn the_still_is_the_first_frame_pixel_by_pixel() {
        let ramp: Vec<u8> = (0..=255).collect();
        let whole: Vec<u8> = (0..40 * 30).map(|at: usize| u8::try_from(at % 256).unwrap()).collect();
        let no_255: Vec<u8> = ramp.iter().map(|index| (*index).min(254)).collect();
        for (what, width, height, left, top, transparent, interlaced, pixels) in [
            ("the whole canvas", 40, 30, 0, 0, None, false, &whole),
            ("a part, all colours in use", 16, 16, 7, 9, None, false, &ramp),
            ("a part at the lower right", 16, 16, 24, 14, None, false, &ramp),
            ("a part, one colour free", 16, 16, 7, 9, None, false, &no_255),
            ("a part, with a transparent colour", 16, 16, 7, 9, Some(3), false, &ramp),
            ("the whole canvas, with holes", 40, 30, 0, 0, Some(0), false, &whole),
            ("a part, interlaced", 16, 16, 7, 9, None, true, &ramp),
        ] {
            let mut frame = Frame::from_indexed_pixels(width, height, pixels.as_slice(), transparent);
            (frame.left, frame.top) = (left, top);
            if interlaced {
                frame.interlaced = true;
                let order = (0..16).step_by(8).chain((4..16).step_by(8)).chain((2..16).step_by(4));
                let rows = order.chain((1..16).step_by(2)).map(|row| &pixels[row * 16..][..16]);
                frame.buffer = rows.collect::<Vec<_>>().concat().into();
            }
            let shown = pixels_of(&still_of(&gif_beginning_with(&frame, &palette())));
            for (at, shown) in shown.iter().enumerate() {
                let (x, y) = (at % 40, at / 40);
                let (column, row) = (x.wrapping_sub(left.into()), y.wrapping_sub(top.into()));
                let inside = column < width.into() && row < height.into();
                let index = inside.then(|| pixels[row * usize::from(width) + column]);
                let expected =
                    index.filter(|index| Some(*index) != transparent).map(|index| [index, 255 - index, index / 2]);
                match expected {
                    Some(colour) => assert_eq!(shown, &[colour[0], colour[1], colour[2], 255], "{what}: {x}, {y}"),
                    None => assert_eq!(shown[3], 0, "{what}: {x}, {y} is not transparent"),
                }
            }
        }
    }

    #[test]
    fn a_colour_that_the_palette_does_not_have_is_black() {
        let mut frame = Frame::from_indexed_pixels(40, 30, vec![1; 40 * 30], None);
        frame.buffer.to_mut()[5] = 200;
        let still = still_of(&gif_beginning_with(&frame, &[9, 9, 9, 200, 100, 50, 7, 7, 7]));
        // Not every browser takes a file for whole that has fewer.
        let colours = png::Decoder::new(Cursor::new(&still)).read_info().unwrap().info().palette.clone();
        assert_eq!(colours.unwrap().len(), 201 * 3);
        let shown = pixels_of(&still);
        assert_eq!((shown[4], shown[5]), ([200, 100, 50, 255], [0, 0, 0, 255]));
    }
}
