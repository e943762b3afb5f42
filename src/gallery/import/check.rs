//! Checks a GIF and its description, and adds it.

use super::error::ImportError;
use super::facts::Facts;
use super::limits::GifLimits;
use crate::gallery::{Entry, Sha256, Slug};
use crate::store::{Added, AnyConnection, Error, GifFacts, GifTexts, Store, add_gif};

/// A GIF that was looked through and may be added.
#[derive(Debug)]
pub struct Import {
    texts: GifTexts,
    facts: GifFacts,
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
    let import = Import::check(bytes, entry)?;
    Ok(store.on_this_thread(|connection| import.add_to(connection))?)
}

impl Import {
    /// Decodes all of `bytes` and completes what `entry` leaves open.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn check(bytes: Vec<u8>, entry: &Entry) -> Result<Self, ImportError> {
        if bytes.len() > GifLimits::BYTES {
            return Err(ImportError::TooManyBytes(bytes.len()));
        }
        let texts = entry.description.clone().texts(&entry.file);
        if let Err(error) = texts.slug.parse::<Slug>() {
            return Err(ImportError::BadSlug(texts.slug, error));
        }
        ensure_public_source(&texts.source_url)?;
        let Facts { width, height, frames, still } = Facts::decode(&bytes)?;
        ensure_short(&texts)?;
        let facts = GifFacts {
            sha256: Sha256::of(&bytes).as_bytes().to_vec(),
            byte_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            width: width.into(),
            height: height.into(),
            frames: frames.into(),
        };
        Ok(Self { texts, facts, animation: bytes, still })
    }

    /// Adds it, unless its bytes are there already.
    ///
    /// # Errors
    /// A statement fails; then nothing is added.
    pub fn add_to(self, connection: &mut AnyConnection) -> Result<Outcome, Error> {
        add_gif(connection, self.texts, &self.facts, &self.animation, &self.still)
    }

    /// The first frame as a PNG.
    pub fn still(&self) -> &[u8] {
        &self.still
    }
}

/// A source URL is shown to every visitor as a link.
fn ensure_public_source(url: &str) -> Result<(), ImportError> {
    if !url.is_empty() && !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(ImportError::BadSourceUrl(url.into()));
    }
    let host = url.split('/').nth(2).unwrap_or_default();
    if host.contains('@') { Err(ImportError::PasswordInUrl) } else { Ok(()) }
}

fn ensure_short(texts: &GifTexts) -> Result<(), ImportError> {
    // That of a slug is part of what makes it one.
    let GifTexts { slug: _, title, alt, credit, license, source_url } = texts;
    for (text, field, limit) in [
        (title, "title", GifLimits::SHORT_TEXT),
        (alt, "alt text", GifLimits::LONG_TEXT),
        (credit, "credit", GifLimits::SHORT_TEXT),
        (license, "licence", GifLimits::SHORT_TEXT),
        (source_url, "source URL", GifLimits::URL),
    ] {
        let length = text.chars().count();
        if length > limit {
            return Err(ImportError::LongText { field, length, limit });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io::Cursor;

    use gif::{Encoder, Frame};

    use super::*;
    use crate::gallery::Description;

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
        assert_eq!((import.facts.width, import.facts.height, import.facts.frames), (30, 20, 3));
        assert_eq!((import.texts.title.as_str(), import.texts.slug.as_str()), ("My dog", "my-dog"));
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
        assert!(matches!(check(vec![0; GifLimits::BYTES + 1]), Err(ImportError::TooManyBytes(_))));
    }

    #[test]
    fn what_the_decoder_says_is_kept_as_the_source() {
        let error = check(b"GIF89a".to_vec()).unwrap_err();
        assert!(error.source().is_some_and(|source| source.is::<gif::DecodingError>()), "{error:?}");
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
        let with = |description: Description| Import::check(gif(8, 8, 2), &Entry { description, ..Entry::default() });
        let long = Description { title: Some("x".repeat(201)), ..Description::default() };
        assert!(matches!(with(long), Err(ImportError::LongText { field: "title", .. })));
        let slug = Description { slug: Some("../etc".into()), ..Description::default() };
        assert!(matches!(with(slug), Err(ImportError::BadSlug(..))));
        let url = Description { source_url: Some("javascript:alert(1)".into()), ..Description::default() };
        assert!(matches!(with(url), Err(ImportError::BadSourceUrl(_))));
    }
}
