//! What the page of a dog shows.

use std::borrow::Cow;

use serde::Serialize;

use super::stencil::mark;
use crate::gallery::{Gif, bundled};
use crate::web::files::{animation_url, still_url};

/// What the page of a dog shows.
#[derive(Debug, Serialize)]
pub struct DogView<'a> {
    /// The visitor's number, with thousands separated.
    visitor: Cow<'a, str>,
    /// The dog; none when the catalogue is empty.
    dog: Option<Dog<'a>>,
    /// Where another dog is.
    another_url: Cow<'a, str>,
    /// How many dogs there are, with thousands separated.
    total: Cow<'a, str>,
    /// Whether there is one dog only.
    is_only_dog: bool,
    /// `https://host` of this site, for previews in chats; empty when unknown.
    origin: Cow<'a, str>,
    /// Path of this page, without what only this visit needs.
    path: Cow<'a, str>,
}

/// One dog on a page.
#[derive(Debug, Serialize)]
struct Dog<'a> {
    slug: Cow<'a, str>,
    title: Cow<'a, str>,
    alt: Cow<'a, str>,
    credit: Cow<'a, str>,
    license: Cow<'a, str>,
    license_url: Cow<'a, str>,
    source_url: Cow<'a, str>,
    width: Cow<'a, str>,
    height: Cow<'a, str>,
    animation_url: Cow<'a, str>,
    still_url: Cow<'a, str>,
    /// Whether it is drawn in pixels, which must stay sharp when enlarged; photographs must not.
    is_pixel_art: bool,
}

/// How many texts there are in a view.
const TEXTS: usize = 16;

impl<'a> DogView<'a> {
    /// The page at `path` of `dog`, one of `total`, for visitor `number`.
    pub fn new(number: i64, dog: Option<Gif<'a>>, total: usize, origin: String, path: &'a str) -> Self {
        Self {
            visitor: with_thousands(number).into(),
            another_url: dog.map_or_else(|| "/".into(), |dog| ["/?after=", dog.slug].concat().into()),
            dog: dog.map(Into::into),
            total: with_thousands(i64::try_from(total).unwrap_or(i64::MAX)).into(),
            is_only_dog: total == 1,
            origin: origin.into(),
            path: path.into(),
        }
    }

    /// Every text; those of a dog that is not there are empty.
    pub fn texts(&self) -> [&str; TEXTS] {
        let Self { visitor, dog, another_url, total, is_only_dog: _, origin, path } = self;
        let of_dog = dog.as_ref().map_or([""; 11], Dog::texts);
        let [slug, title, alt, credit, license, license_url, source_url, width, height, animation_url, still_url] =
            of_dog;
        [
            visitor,
            another_url,
            total,
            origin,
            path,
            slug,
            title,
            alt,
            credit,
            license,
            license_url,
            source_url,
            width,
            height,
            animation_url,
            still_url,
        ]
    }

    /// What conditions in a template can tell from another view: which texts are empty, and the rest in bits.
    pub fn shape(&self) -> u32 {
        let texts = self.texts().into_iter().map(|text| !text.is_empty());
        let dog = [self.dog.is_some(), self.dog.as_ref().is_some_and(|dog| dog.is_pixel_art), self.is_only_dog];
        texts.chain(dog).fold(0, |shape, bit| shape << 1 | u32::from(bit))
    }

    /// A view of the same shape with marks for its texts.
    pub fn marked(&self) -> DogView<'static> {
        let texts = self.texts();
        let mut number = 0;
        let mut next = || {
            let text = if texts[number].is_empty() { String::new() } else { mark(number) };
            number += 1;
            Cow::Owned(text)
        };
        let (visitor, another_url, total, origin, path) = (next(), next(), next(), next(), next());
        let dog = self.dog.as_ref().map(|dog| Dog {
            slug: next(),
            title: next(),
            alt: next(),
            credit: next(),
            license: next(),
            license_url: next(),
            source_url: next(),
            width: next(),
            height: next(),
            animation_url: next(),
            still_url: next(),
            is_pixel_art: dog.is_pixel_art,
        });
        DogView { visitor, dog, another_url, total, is_only_dog: self.is_only_dog, origin, path }
    }
}

impl Dog<'_> {
    fn texts(&self) -> [&str; 11] {
        let Self { slug, title, alt, credit, license, license_url, source_url, width, height, .. } = self;
        let Self { animation_url, still_url, is_pixel_art: _, .. } = self;
        [slug, title, alt, credit, license, license_url, source_url, width, height, animation_url, still_url]
    }
}

impl<'a> From<Gif<'a>> for Dog<'a> {
    fn from(gif: Gif<'a>) -> Self {
        Self {
            slug: gif.slug.into(),
            title: gif.title.into(),
            alt: gif.alt.into(),
            credit: gif.credit.into(),
            license: gif.license.into(),
            license_url: license_url(gif.license).into(),
            source_url: gif.source_url.into(),
            width: gif.width.to_string().into(),
            height: gif.height.to_string().into(),
            animation_url: animation_url(&gif.sha256).into(),
            still_url: still_url(&gif.sha256).into(),
            is_pixel_art: bundled().any(|dog| dog.sha256 == gif.sha256),
        }
    }
}

/// `12345` becomes `12,345`.
fn with_thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    let (first, rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    text.push_str(first);
    for at in (0..rest.len()).step_by(3) {
        text.push(',');
        text.push_str(&rest[at..at + 3]);
    }
    text
}

/// Where the licences that GIFs usually have can be read; empty for others.
fn license_url(license: &str) -> &'static str {
    match license {
        "CC0-1.0" => "https://creativecommons.org/publicdomain/zero/1.0/",
        "CC-BY-4.0" => "https://creativecommons.org/licenses/by/4.0/",
        "CC-BY-SA-4.0" => "https://creativecommons.org/licenses/by-sa/4.0/",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let cases =
            [(0, "0"), (999, "999"), (1000, "1,000"), (12345, "12,345"), (1234567, "1,234,567"), (-1000, "-1,000")];
        for (number, text) in cases {
            assert_eq!(with_thousands(number), text);
        }
    }
}
