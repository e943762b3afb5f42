//! `/api/v1/gifs`: the catalogue, page by page, one by one, or at random.

use std::str::FromStr;
use std::sync::Arc;

use salvo::Request;
use salvo::writing::Json;
use salvo_oapi::{ToSchema, endpoint};
use serde::Serialize;

use crate::gallery::{Gallery, Gif};
use crate::web::error::Error;
use crate::web::files::{animation_url, still_url};

/// Most GIFs in one answer.
const MAX_LIMIT: usize = 100;

/// GIFs in one answer when nothing else is asked for.
const DEFAULT_LIMIT: usize = 20;

/// One GIF. Every `…_url` but `source_url` is relative to this site.
#[derive(Serialize, ToSchema)]
#[salvo(schema(name = Gif))]
pub struct GifJson {
    /// Name in URLs.
    slug: String,
    /// Heading.
    title: String,
    /// What is seen, for those who cannot see it.
    alt: String,
    /// Who made it; null when unknown.
    credit: Option<String>,
    /// Licence, as an SPDX expression where there is one; null when unknown.
    license: Option<String>,
    /// Where it came from; null when unknown.
    source_url: Option<String>,
    /// SHA-256 of the GIF, 64 hexadecimal digits.
    sha256: String,
    /// The GIF.
    animation_url: String,
    /// Its first frame as a PNG.
    still_url: String,
    /// Its page.
    page_url: String,
    /// Size of the GIF in bytes.
    size_bytes: u32,
    /// Width in pixels.
    width: u16,
    /// Height in pixels.
    height: u16,
    /// Number of frames.
    frames: u16,
}

impl From<Gif<'_>> for GifJson {
    fn from(gif: Gif<'_>) -> Self {
        let known = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        Self {
            slug: gif.slug.into(),
            title: gif.title.into(),
            alt: gif.alt.into(),
            credit: known(gif.credit),
            license: known(gif.license),
            source_url: known(gif.source_url),
            sha256: gif.sha256.to_string(),
            animation_url: animation_url(&gif.sha256),
            still_url: still_url(&gif.sha256),
            page_url: format!("/dogs/{}", gif.slug),
            size_bytes: gif.byte_size,
            width: gif.width,
            height: gif.height,
            frames: gif.frames,
        }
    }
}

/// One page of the catalogue.
#[derive(Serialize, ToSchema)]
#[salvo(schema(name = GifList))]
pub struct GifList {
    /// GIFs, oldest first.
    gifs: Vec<GifJson>,
    /// How many GIFs there are in all.
    total: usize,
    /// Pass it as `after` to get the next page; null on the last one.
    next_after: Option<i64>,
}

/// Answers with a random GIF.
#[derive(Clone)]
pub struct RandomGif(pub Arc<Gallery>);

/// A random GIF
///
/// Each with the same chance. Counts nothing.
#[endpoint(
    operation_id = "random_gif",
    tags("gifs"),
    parameters(("except" = Option<String>, Query, description = "Name of a GIF, such as the one seen last; it is not chosen if there is another."))
)]
impl RandomGif {
    async fn handle(&self, request: &mut Request) -> Result<Json<GifJson>, Error> {
        let catalogue = self.0.catalogue();
        let except: Option<String> = request.query("except");
        let gif = catalogue.random(except.as_deref(), &mut rand::rng()).ok_or(Error::NoSuchDog)?;
        Ok(Json(gif.into()))
    }
}

/// Answers with the GIF of a name.
#[derive(Clone)]
pub struct GetGif(pub Arc<Gallery>);

/// One GIF
#[endpoint(
    operation_id = "get_gif",
    tags("gifs"),
    parameters(("slug" = String, Path, description = "Name of the GIF."))
)]
impl GetGif {
    async fn handle(&self, request: &mut Request) -> Result<Json<GifJson>, Error> {
        let slug: String = request.param("slug").unwrap_or_default();
        let catalogue = self.0.catalogue();
        let gif = catalogue.find(&slug).ok_or(Error::NoSuchDog)?;
        Ok(Json(gif.into()))
    }
}

/// Answers with a page of the catalogue.
#[derive(Clone)]
pub struct ListGifs(pub Arc<Gallery>);

/// The catalogue, page by page
#[endpoint(
    operation_id = "list_gifs",
    tags("gifs"),
    parameters(
        ("after" = Option<i64>, Query, description = "`next_after` of the page before; leave it out for the first page."),
        ("limit" = Option<u8>, Query, description = "GIFs per page, from 1 to 100; 20 if left out.", minimum = 1, maximum = 100),
    )
)]
impl ListGifs {
    async fn handle(&self, request: &mut Request) -> Result<Json<GifList>, Error> {
        let after: i64 = parameter(request, "after", "a whole number")?.unwrap_or(0);
        let limit = parameter(request, "limit", "a whole number from 1 to 100")?.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(bad_parameter("limit", "a whole number from 1 to 100"));
        }
        let catalogue = self.0.catalogue();
        let gifs: Vec<Gif<'_>> = catalogue.after(after).take(limit + 1).collect();
        let next_after = (gifs.len() > limit).then(|| gifs[limit - 1].id);
        let page = gifs.into_iter().take(limit).map(Into::into).collect();
        Ok(Json(GifList { gifs: page, total: catalogue.len(), next_after }))
    }
}

/// Parses a query parameter; salvo's own extractor would answer without naming it.
fn parameter<T: FromStr>(request: &mut Request, name: &str, expected: &str) -> Result<Option<T>, Error> {
    let text: Option<String> = request.query(name);
    text.map(|text| text.parse().map_err(|_| bad_parameter(name, expected))).transpose()
}

fn bad_parameter(name: &str, expected: &str) -> Error {
    Error::BadParameter(format!("{name} must be {expected}."))
}
