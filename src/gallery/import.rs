//! Takes GIFs in: decodes every frame, keeps to the limits, draws the still, and adds them to the store.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, Decoder};

use super::{Entry, Sha256, Slug};
use crate::store::{Added, Error, NewGif, Store, add_gif};

/// How large a GIF may be.
#[derive(Debug)]
pub struct Limits;

impl Limits {
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

/// Why something is not taken in. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// More bytes than allowed.
    #[error("it has {0} bytes, more than {limit} (8 MiB); make it smaller", limit = Limits::BYTES)]
    TooManyBytes(usize),
    /// Not a GIF, or a damaged one.
    #[error("it is not a sound GIF: {0}")]
    NotAGif(String),
    /// One frame only.
    #[error("it has one frame only; an animated GIF is wanted")]
    NotAnimated,
    /// More frames than allowed.
    #[error("it has more than {limit} frames; shorten it", limit = Limits::FRAMES)]
    TooManyFrames,
    /// More pixels than allowed.
    #[error("it is {0}x{1} pixels; at most {limit}x{limit} are taken, so scale it down", limit = Limits::PIXELS)]
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
    #[error("{0:?} cannot be its slug: {1}")]
    BadSlug(String, super::slug::InvalidSlug),
    /// A source URL that is none.
    #[error("its source URL {0:?} does not begin with http:// or https://")]
    BadSourceUrl(String),
    /// The store refused it.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A GIF that was looked through and may be added.
#[derive(Debug)]
pub struct Import {
    row: NewGif,
    animation: Vec<u8>,
    still: Vec<u8>,
}

/// What became of an import.
pub type Outcome = Added;

/// Looks through `bytes` and adds them under what `entry` says.
///
/// # Errors
/// See [`ImportError`]; then nothing is added.
pub fn import(store: &Store, bytes: Vec<u8>, entry: &Entry) -> Result<Outcome, ImportError> {
    let Import { row, animation, still } = Import::check(bytes, entry)?;
    Ok(store.run_here(move |connection| add_gif(connection, row, &animation, &still))?)
}

impl Import {
    /// Decodes all of `bytes` and completes what `entry` leaves open.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn check(bytes: Vec<u8>, entry: &Entry) -> Result<Self, ImportError> {
        if bytes.len() > Limits::BYTES {
            return Err(ImportError::TooManyBytes(bytes.len()));
        }
        let title = entry.title.clone().unwrap_or_else(|| title_from(&entry.file));
        let slug = match &entry.slug {
            Some(slug) => slug.parse().map_err(|error| ImportError::BadSlug(slug.clone(), error))?,
            None => Slug::from_title(&title),
        };
        let source_url = entry.source_url.clone().unwrap_or_default();
        if !source_url.is_empty() && !["http://", "https://"].iter().any(|scheme| source_url.starts_with(scheme)) {
            return Err(ImportError::BadSourceUrl(source_url));
        }
        let alt = entry.alt.clone().unwrap_or_else(|| format!("An animated GIF: {title}"));
        let facts = Facts::decode(&bytes)?;
        let row = NewGif {
            slug: slug.to_string(),
            sha256: Sha256::of(&bytes).as_bytes().to_vec(),
            title: at_most(title, "title", Limits::SHORT_TEXT)?,
            alt: at_most(alt, "alt text", Limits::LONG_TEXT)?,
            credit: at_most(entry.credit.clone().unwrap_or_default(), "credit", Limits::SHORT_TEXT)?,
            license: at_most(entry.license.clone().unwrap_or_default(), "licence", Limits::SHORT_TEXT)?,
            source_url: at_most(source_url, "source URL", Limits::URL)?,
            byte_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            width: facts.width.into(),
            height: facts.height.into(),
            frames: facts.frames.into(),
        };
        Ok(Self { row, animation: bytes, still: facts.still })
    }

    /// The first frame as a PNG.
    pub fn still(&self) -> &[u8] {
        &self.still
    }
}

/// What decoding a GIF tells.
struct Facts {
    width: u16,
    height: u16,
    frames: u16,
    still: Vec<u8>,
}

impl Facts {
    /// Decodes frame by frame, so that memory is bounded by one canvas (16 MB) whatever the file claims.
    fn decode(bytes: &[u8]) -> Result<Self, ImportError> {
        let damaged = |error: gif::DecodingError| ImportError::NotAGif(error.to_string());
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::Indexed);
        options.check_frame_consistency(true);
        let mut decoder = options.read_info(Cursor::new(bytes)).map_err(damaged)?;
        let (width, height) = (decoder.width(), decoder.height());
        if width == 0 || height == 0 || width > Limits::PIXELS || height > Limits::PIXELS {
            return Err(ImportError::TooLarge(width, height));
        }
        let still = first_frame(&mut decoder)?;
        let mut frames = 1;
        while decoder.read_next_frame().map_err(damaged)?.is_some() {
            frames += 1;
            if frames > Limits::FRAMES {
                return Err(ImportError::TooManyFrames);
            }
        }
        if frames == 1 {
            return Err(ImportError::NotAnimated);
        }
        Ok(Self { width, height, frames, still })
    }
}

/// Draws the first frame on the canvas and encodes it with its own palette: no larger than the GIF itself.
fn first_frame(decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<Vec<u8>, ImportError> {
    let damaged = |error: gif::DecodingError| ImportError::NotAGif(error.to_string());
    let (canvas_width, canvas_height) = (decoder.width(), decoder.height());
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let frame = decoder.read_next_frame().map_err(damaged)?;
    let frame = frame.ok_or_else(|| ImportError::NotAGif("there is no frame in it".into()))?;
    let palette = frame.palette.clone().or(global);
    let palette = palette.ok_or_else(|| ImportError::NotAGif("its first frame has no colours".into()))?;
    // What the frame leaves free is transparent: the frame's own transparent colour, or one more.
    let free = frame.transparent.map_or(palette.len() / 3, usize::from).min(255);
    let mut palette = palette;
    palette.resize(palette.len().max((free + 1) * 3), 0);
    let mut alpha = vec![255; palette.len() / 3];
    if frame.transparent.is_some() || frame.width < canvas_width || frame.height < canvas_height {
        alpha[free] = 0;
    }
    let mut canvas =
        vec![u8::try_from(free).unwrap_or(u8::MAX); usize::from(canvas_width) * usize::from(canvas_height)];
    let lines = frame.buffer.chunks_exact(frame.width.max(1).into());
    for (line, y) in lines.zip(usize::from(frame.top)..) {
        let start = y * usize::from(canvas_width) + usize::from(frame.left);
        canvas[start..][..line.len()].copy_from_slice(line);
    }
    encode_png(canvas_width, canvas_height, &palette, &alpha, &canvas)
        .map_err(|error| ImportError::NotAGif(format!("its first frame cannot be drawn: {error}")))
}

fn encode_png(
    width: u16,
    height: u16,
    palette: &[u8],
    alpha: &[u8],
    pixels: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width.into(), height.into());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_trns(alpha);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(file)
}

fn at_most(text: String, field: &'static str, limit: usize) -> Result<String, ImportError> {
    let length = text.chars().count();
    if length <= limit { Ok(text) } else { Err(ImportError::LongText { field, length, limit }) }
}

/// `corgi_wags-his tail.gif` becomes `Corgi wags his tail`.
fn title_from(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let words: Vec<_> = stem.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Dog".into(),
    }
}

#[cfg(test)]
mod tests {
    use gif::{Encoder, Frame};

    use super::*;

    fn gif(width: u16, height: u16, frames: u16) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height, &[0, 0, 0, 200, 100, 50]).unwrap();
        for _ in 0..frames {
            encoder.write_frame(&Frame::from_indexed_pixels(1, 1, [1], None)).unwrap();
        }
        drop(encoder);
        file
    }

    fn check(bytes: Vec<u8>) -> Result<Import, ImportError> {
        Import::check(bytes, &Entry { file: "my_dog.gif".into(), ..Entry::default() })
    }

    #[test]
    fn an_animated_gif_is_taken_in_with_what_its_name_tells() {
        let import = check(gif(30, 20, 3)).unwrap();
        assert_eq!((import.row.width, import.row.height, import.row.frames), (30, 20, 3));
        assert_eq!((import.row.title.as_str(), import.row.slug.as_str()), ("My dog", "my-dog"));
        let still = png::Decoder::new(Cursor::new(import.still())).read_info().unwrap();
        assert_eq!((still.info().width, still.info().height), (30, 20));
    }

    #[test]
    fn what_is_not_an_animated_gif_within_the_limits_is_refused() {
        assert!(matches!(check(b"GIF89a".to_vec()), Err(ImportError::NotAGif(_))));
        assert!(matches!(check(b"\x89PNG\r\n\x1a\n".to_vec()), Err(ImportError::NotAGif(_))));
        assert!(matches!(check(gif(30, 20, 1)), Err(ImportError::NotAnimated)));
        assert!(matches!(check(gif(30, 20, 501)), Err(ImportError::TooManyFrames)));
        assert!(matches!(check(gif(2001, 20, 2)), Err(ImportError::TooLarge(2001, 20))));
        assert!(matches!(check(vec![0; Limits::BYTES + 1]), Err(ImportError::TooManyBytes(_))));
    }

    #[test]
    fn a_file_cut_anywhere_never_panics() {
        let whole = gif(30, 20, 3);
        for length in 0..whole.len() - 1 {
            assert!(check(whole[..length].to_vec()).is_err(), "cut at {length} of {}", whole.len());
        }
    }

    #[test]
    fn descriptions_are_checked_too() {
        let with = |entry: Entry| Import::check(gif(8, 8, 2), &entry);
        let long = Entry { title: Some("x".repeat(201)), ..Entry::default() };
        assert!(matches!(with(long), Err(ImportError::LongText { field: "title", .. })));
        let slug = Entry { slug: Some("../etc".into()), ..Entry::default() };
        assert!(matches!(with(slug), Err(ImportError::BadSlug(..))));
        let url = Entry { source_url: Some("javascript:alert(1)".into()), ..Entry::default() };
        assert!(matches!(with(url), Err(ImportError::BadSourceUrl(_))));
    }
}
