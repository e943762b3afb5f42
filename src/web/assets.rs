//! `GET /assets/{file}`: stylesheet, scripts and icons, compiled into the program.

use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;
use rust_embed::RustEmbed;
use salvo::http::HeaderValue;
use salvo::{Request, Response, handler};
use serde::Serialize;

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

/// Addresses that change with what is behind them, so that browsers may keep it for ever.
#[derive(Serialize)]
pub struct Urls {
    stylesheet: String,
    script: String,
    icon: String,
    touch_icon: String,
    api_docs_script: String,
}

/// The addresses of the assets that pages name.
pub fn urls() -> &'static Urls {
    static URLS: LazyLock<Urls> = LazyLock::new(|| {
        let url = |name: &str| format!("/assets/{name}?v={}", &ASSETS[name].digest[..16]);
        Urls {
            stylesheet: url("style.css"),
            script: url("script.js"),
            icon: url("icon.svg"),
            touch_icon: url("touch-icon.png"),
            api_docs_script: url("api_docs.js"),
        }
    });
    &URLS
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
    let Embedded { bytes, content_type, digest } = ASSETS.get(name).ok_or(Error::NotFound)?;
    let is_versioned = request.uri().query().is_some_and(|query| query == format!("v={}", &digest[..16]));
    let file = File {
        bytes: bytes.clone(),
        content_type: content_type.clone(),
        digest: digest.clone(),
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
