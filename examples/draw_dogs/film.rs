//! Turns the painted frames of a scene into the bytes of a small, looping GIF.

use std::borrow::Cow;

use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};

use crate::canvas::{Canvas, Colour, HEIGHT, WIDTH};

/// Screen pixels to a logical pixel.
const SCALE: i32 = 5;
/// The most colours a picture may use, see-through included.
const MOST_COLOURS: usize = 64;

/// Every colour of the frames in the order it first appears.
fn collect_colours(frames: &[Canvas]) -> Vec<Colour> {
    let mut colours = Vec::new();
    for pixel in frames.iter().flat_map(Canvas::pixels) {
        if !colours.contains(pixel) {
            colours.push(*pixel);
        }
    }
    colours
}

/// The left, top, right and bottom of the pixels that differ, or one pixel if none do.
fn changed_area(before: &[u8], after: &[u8]) -> (i32, i32, i32, i32) {
    let mut area: Option<(i32, i32, i32, i32)> = None;
    for (index, (old, new)) in (0..).zip(before.iter().zip(after)) {
        if old != new {
            let (x, y) = (index % WIDTH, index / WIDTH);
            let (left, top, right, bottom) = area.unwrap_or((x, y, x, y));
            area = Some((left.min(x), top.min(y), right.max(x), bottom.max(y)));
        }
    }
    area.unwrap_or((0, 0, 0, 0))
}

/// Encodes frames that each stay for some hundredths of a second.
pub fn encode(frames: &[Canvas], delay: u16) -> Result<Vec<u8>, EncodingError> {
    let colours = collect_colours(frames);
    assert!(colours.len() < MOST_COLOURS, "{} colours leave no room for see-through", colours.len());
    let see_through = colours.len() as u8;
    let mut palette: Vec<u8> = colours.iter().flat_map(|colour| colour.bytes()).collect();
    palette.extend([0; 3]);

    let mut bytes = Vec::new();
    let (width, height) = ((WIDTH * SCALE) as u16, (HEIGHT * SCALE) as u16);
    let mut encoder = Encoder::new(&mut bytes, width, height, &palette)?;
    encoder.set_repeat(Repeat::Infinite)?;
    let mut previous: Option<Vec<u8>> = None;
    for canvas in frames {
        let indices: Vec<u8> = canvas
            .pixels()
            .iter()
            .map(|pixel| colours.iter().position(|colour| colour == pixel).unwrap_or(0) as u8)
            .collect();
        encoder.write_frame(&frame(previous.as_deref(), &indices, see_through, delay))?;
        previous = Some(indices);
    }
    drop(encoder);
    Ok(bytes)
}

/// One frame, cropped to what changed since the previous one; what already
/// shows becomes see-through.
fn frame(previous: Option<&[u8]>, indices: &[u8], see_through: u8, delay: u16) -> Frame<'static> {
    let (left, top, right, bottom) = match previous {
        Some(before) => changed_area(before, indices),
        None => (0, 0, WIDTH - 1, HEIGHT - 1),
    };
    let mut buffer = Vec::new();
    for y in top * SCALE..(bottom + 1) * SCALE {
        for x in left * SCALE..(right + 1) * SCALE {
            let index = (y / SCALE * WIDTH + x / SCALE) as usize;
            let unchanged = previous.is_some_and(|before| before[index] == indices[index]);
            buffer.push(if unchanged { see_through } else { indices[index] });
        }
    }
    Frame {
        delay,
        dispose: DisposalMethod::Keep,
        transparent: previous.map(|_| see_through),
        left: (left * SCALE) as u16,
        top: (top * SCALE) as u16,
        width: ((right - left + 1) * SCALE) as u16,
        height: ((bottom - top + 1) * SCALE) as u16,
        buffer: Cow::Owned(buffer),
        ..Frame::default()
    }
}
