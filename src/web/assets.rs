//! `GET /assets/{file}`: stylesheet, scripts and icons, compiled into the program.

use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;
use rust_embed::RustEmbed;
use salvo::http::HeaderValue;
use salvo::{Request, Response, handler};

use super::error::Error;
use super::file::{File, IMMUTABLE};
use crate::gallery::Sha256;

#[derive(RustEmbed)]
#[folder = "assets/site"]
struct Folder;

struct Embedded {
    bytes: Bytes,
    content_type: HeaderValue,
    digest: String,
}

static ASSETS: LazyLock<HashMap<String, Embedded>> = LazyLock::new(|| {
    let embed = |name: std::borrow::Cow<'static, str>| {
        let bytes = match Folder::get(&name)?.data {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let embedded = Embedded {
            content_type: HeaderValue::from_static(content_type(&name)),
            digest: Sha256::of(&bytes).to_string(),
            bytes,
        };
        Some((name.into_owned(), embedded))
    };
    Folder::iter().filter_map(embed).collect()
});

/// `text` with the address of every asset made to change with what is behind it, so that browsers may keep
/// it for ever.
pub fn with_versions(text: &str) -> String {
    ASSETS.iter().fold(text.to_string(), |text, (name, asset)| {
        text.replace(&format!("\"/assets/{name}\""), &format!("\"/assets/{name}?{}\"", asset.version()))
    })
}

impl Embedded {
    /// The query of its versioned address.
    fn version(&self) -> String {
        format!("v={}", &self.digest[..16])
    }
}

/// Serves an asset.
#[derive(Clone)]
pub struct Asset;

#[handler]
impl Asset {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let name = request.param::<String>("file").unwrap_or_default();
        answer(&name, request, response)
    }
}

/// Serves the icon that browsers ask for unasked.
#[derive(Clone)]
pub struct Favicon;

#[handler]
impl Favicon {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        answer("favicon.ico", request, response)
    }
}

fn answer(name: &str, request: &Request, response: &mut Response) -> Result<(), Error> {
    let asset = ASSETS.get(name).ok_or(Error::NotFound)?;
    let is_versioned = request.uri().query().is_some_and(|query| query == asset.version());
    let file = File {
        bytes: asset.bytes.clone(),
        content_type: asset.content_type.clone(),
        digest: asset.digest.clone(),
        cache_control: if is_versioned { IMMUTABLE } else { HeaderValue::from_static("no-cache") },
    };
    file.answer(request, response)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
