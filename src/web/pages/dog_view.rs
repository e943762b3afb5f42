//! What the page of a dog shows.

use std::borrow::Cow;

use serde::Serialize;

use super::stencil::mark;
use crate::gallery::{Gif, bundled};
use crate::web::files::{animation_url, still_url};

/// What the page of a dog shows. Its texts are of one type: usually they are borrowed where they can be.
#[derive(Debug, Serialize)]
pub struct DogView<Text> {
    /// The visitor's number, with thousands separated.
    visitor: Text,
    /// Where another dog is.
    another_url: Text,
    /// How many dogs there are, with thousands separated.
    total: Text,
    /// Whether there is one dog only.
    is_only_dog: bool,
    /// `https://host` of this site, for previews in chats; empty when unknown.
    origin: Text,
    /// Path of this page, without what only this visit needs.
    path: Text,
    /// The dog; none when the catalogue is empty.
    dog: Option<Dog<Text>>,
}

/// One dog on a page.
#[derive(Debug, Serialize)]
struct Dog<Text> {
    slug: Text,
    title: Text,
    alt: Text,
    credit: Text,
    license: Text,
    license_url: Text,
    source_url: Text,
    width: Text,
    height: Text,
    animation_url: Text,
    still_url: Text,
    /// Whether it is drawn in pixels, which must stay sharp when enlarged; photographs must not.
    is_pixel_art: bool,
}

/// How many texts there are in a view.
const TEXTS: usize = 16;

impl<'a> DogView<Cow<'a, str>> {
    /// The page at `path` of `dog`, one of `total`, for visitor `number`.
    pub fn new(number: i64, dog: Option<Gif<'a>>, total: usize, origin: String, path: &'a str) -> Self {
        Self {
            visitor: with_thousands(number).into(),
            another_url: dog.map_or_else(|| "/".into(), |dog| ["/?after=", dog.slug].concat().into()),
            total: with_thousands(i64::try_from(total).unwrap_or(i64::MAX)).into(),
            is_only_dog: total == 1,
            origin: origin.into(),
            path: path.into(),
            dog: dog.map(Into::into),
        }
    }

    /// Every text; those of a dog that is not there are empty.
    pub fn texts(&self) -> [&str; TEXTS] {
        let mut texts = [""; TEXTS];
        let mut places = texts.iter_mut();
        self.map(&mut |text| *places.next().expect("TEXTS is their number") = text);
        texts
    }

    /// What conditions in a template can tell from another view: which texts are empty, and the rest in bits.
    pub fn shape(&self) -> u32 {
        let texts = self.texts().into_iter().map(|text| !text.is_empty());
        let dog = [self.dog.is_some(), self.dog.as_ref().is_some_and(|dog| dog.is_pixel_art), self.is_only_dog];
        texts.chain(dog).fold(0, |shape, bit| shape << 1 | u32::from(bit))
    }

    /// A view of the same shape with marks for its texts, numbered as [`Self::texts`] has them.
    pub fn marked(&self) -> DogView<String> {
        let mut numbers = 0..TEXTS;
        self.map(&mut |text| {
            let number = numbers.next().expect("TEXTS is their number");
            if text.is_empty() { String::new() } else { mark(number) }
        })
    }
}

impl<Text: AsRef<str>> DogView<Text> {
    /// The same with what `change` makes of each text, one after the other.
    fn map<'a, New>(&'a self, change: &mut impl FnMut(&'a str) -> New) -> DogView<New> {
        DogView {
            visitor: change(self.visitor.as_ref()),
            another_url: change(self.another_url.as_ref()),
            total: change(self.total.as_ref()),
            is_only_dog: self.is_only_dog,
            origin: change(self.origin.as_ref()),
            path: change(self.path.as_ref()),
            dog: self.dog.as_ref().map(|dog| dog.map(change)),
        }
    }
}

impl<Text: AsRef<str>> Dog<Text> {
    fn map<'a, New>(&'a self, change: &mut impl FnMut(&'a str) -> New) -> Dog<New> {
        Dog {
            slug: change(self.slug.as_ref()),
            title: change(self.title.as_ref()),
            alt: change(self.alt.as_ref()),
            credit: change(self.credit.as_ref()),
            license: change(self.license.as_ref()),
            license_url: change(self.license_url.as_ref()),
            source_url: change(self.source_url.as_ref()),
            width: change(self.width.as_ref()),
            height: change(self.height.as_ref()),
            animation_url: change(self.animation_url.as_ref()),
            still_url: change(self.still_url.as_ref()),
            is_pixel_art: self.is_pixel_art,
        }
    }
}

impl<'a> From<Gif<'a>> for Dog<Cow<'a, str>> {
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
