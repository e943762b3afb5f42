//! Pages: one typed view and one template each. Templates are strict, so that a missing field fails a test.

use handlebars::{Handlebars, RenderError};
use rand::seq::IteratorRandom;
use rust_embed::RustEmbed;
use salvo::http::StatusCode;
use serde::Serialize;

use super::assets;
use crate::gallery::{Gif, Sha256, bundled};

/// The media type of every page.
pub const HTML: &str = "text/html; charset=utf-8";

/// A little more than any page has, so that it is written without growing the buffer.
const PAGE_BYTES: usize = 5 * 1024;

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// The compiled templates.
pub struct Pages(Handlebars<'static>);

/// What the page of a dog shows.
#[derive(Serialize)]
pub struct DogView<'a> {
    /// The visitor's number, with thousands separated.
    visitor: String,
    /// The dog; none when the catalogue is empty.
    dog: Option<Dog<'a>>,
    /// Where another dog is.
    another_url: String,
    /// How many dogs there are, with thousands separated.
    total: String,
    /// Whether there is one dog only.
    is_only_dog: bool,
    /// `https://host` of this site, for previews in chats; empty when unknown.
    origin: String,
    /// Path of this page, without what only this visit needs.
    path: &'a str,
}

impl<'a> DogView<'a> {
    /// The page at `path` of `dog`, one of `total`, for visitor `number`.
    pub fn new(number: i64, dog: Option<Gif<'a>>, total: usize, origin: String, path: &'a str) -> Self {
        Self {
            visitor: with_thousands(number),
            another_url: dog.map_or_else(|| "/".into(), |dog| format!("/?after={}", dog.slug)),
            dog: dog.map(Into::into),
            total: with_thousands(i64::try_from(total).unwrap_or(i64::MAX)),
            is_only_dog: total == 1,
            origin,
            path,
        }
    }
}

/// One dog on a page.
#[derive(Serialize)]
pub struct Dog<'a> {
    slug: &'a str,
    title: &'a str,
    alt: &'a str,
    credit: &'a str,
    license: &'a str,
    license_url: Option<&'static str>,
    source_url: &'a str,
    width: u16,
    height: u16,
    animation_url: String,
    still_url: String,
    /// Whether it is drawn in pixels, which must stay sharp when enlarged; photographs must not.
    is_pixel_art: bool,
}

impl<'a> From<Gif<'a>> for Dog<'a> {
    fn from(gif: Gif<'a>) -> Self {
        Self {
            slug: gif.slug,
            title: gif.title,
            alt: gif.alt,
            credit: gif.credit,
            license: gif.license,
            license_url: license_url(gif.license),
            source_url: gif.source_url,
            width: gif.width,
            height: gif.height,
            animation_url: animation_url(&gif.sha256),
            still_url: still_url(&gif.sha256),
            is_pixel_art: bundled().any(|dog| dog.sha256 == gif.sha256),
        }
    }
}

/// What the page of an error shows.
#[derive(Serialize)]
pub struct ErrorView<'a> {
    status: u16,
    heading: &'static str,
    sentence: &'a str,
    request_id: &'a str,
    /// Whether the same request may well succeed in a moment.
    is_temporary: bool,
    dog: Option<Comforter>,
}

/// A bundled dog on the page of an error: it is there even when the database is not.
#[derive(Serialize)]
struct Comforter {
    alt: &'static str,
    animation_url: String,
    still_url: String,
}

impl<'a> ErrorView<'a> {
    /// The page for `status`.
    pub fn new(status: StatusCode, sentence: &'a str, request_id: &'a str) -> Self {
        let heading = match status.as_u16() {
            404 => "No dog here",
            405 => "That trick is unknown",
            413 => "Too much to fetch",
            503 => "The dogs need a moment",
            500..600 => "A dog ate our homework",
            _ => "That did not work",
        };
        let dog = bundled().choose(&mut rand::rng()).map(|dog| Comforter {
            alt: dog.entry.alt.as_deref().unwrap_or_default(),
            animation_url: animation_url(&dog.sha256),
            still_url: still_url(&dog.sha256),
        });
        let is_temporary = status == StatusCode::SERVICE_UNAVAILABLE;
        Self { status: status.as_u16(), heading, sentence, request_id, is_temporary, dog }
    }
}

impl Pages {
    /// Compiles every template.
    ///
    /// # Panics
    /// When a template is not valid, which every test shows.
    pub fn compile() -> Self {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        for name in ["dog", "error", "api_docs"] {
            handlebars
                .register_template_string(name, assets::with_versions(&with_partials(name)))
                .expect("every template is valid");
        }
        Self(handlebars)
    }

    /// The page of a dog.
    ///
    /// # Errors
    /// The template names what the view does not have.
    pub fn dog(&self, view: &DogView<'_>) -> Result<String, RenderError> {
        self.render("dog", view)
    }

    /// The page of an error.
    ///
    /// # Errors
    /// The template names what the view does not have.
    pub fn error(&self, view: &ErrorView<'_>) -> Result<String, RenderError> {
        self.render("error", view)
    }

    /// The browser of the API's documentation.
    ///
    /// # Errors
    /// The template names what the view does not have.
    pub fn api_docs(&self) -> Result<String, RenderError> {
        self.render("api_docs", &serde_json::Map::new())
    }

    fn render(&self, name: &str, view: &impl Serialize) -> Result<String, RenderError> {
        let mut page = Vec::with_capacity(PAGE_BYTES);
        self.0.render_to_write(name, view, &mut page)?;
        Ok(String::from_utf8(page)?)
    }
}

/// The template with its partials pasted in, once: handlebars would look them up at every rendering, and
/// a page took 19 µs with partials, 35 µs with block partials, and 9 µs without.
fn with_partials(name: &str) -> String {
    let file = Templates::get(&format!("{name}.hbs")).unwrap_or_else(|| panic!("templates/ has no {name}.hbs"));
    let text = String::from_utf8_lossy(&file.data);
    let paste = |line: &str| match line.trim().strip_prefix("{{> ").and_then(|rest| rest.strip_suffix("}}")) {
        Some(partial) => with_partials(partial),
        None => line.to_string(),
    };
    text.split_inclusive('\n').map(paste).collect()
}

/// Where the animation with this digest is.
pub fn animation_url(sha256: &Sha256) -> String {
    format!("/gifs/{sha256}.gif")
}

/// Where the still with this digest of its animation is.
pub fn still_url(sha256: &Sha256) -> String {
    format!("/gifs/{sha256}.png")
}

/// `12345` becomes `12,345`.
pub fn with_thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where the licences that GIFs usually have can be read.
fn license_url(license: &str) -> Option<&'static str> {
    Some(match license {
        "CC0-1.0" => "https://creativecommons.org/publicdomain/zero/1.0/",
        "CC-BY-4.0" => "https://creativecommons.org/licenses/by/4.0/",
        "CC-BY-SA-4.0" => "https://creativecommons.org/licenses/by-sa/4.0/",
        _ => return None,
    })
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
