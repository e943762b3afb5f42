//! `GET /assets/{file}`: stylesheet, scripts and icons, compiled into the program.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use salvo::http::HeaderValue;
use salvo::{Request, Response, handler};

use super::answer::IMMUTABLE;
use super::site_file::SiteFile;
use crate::gallery::Sha256;
use crate::web::error::Error;

#[derive(RustEmbed)]
#[folder = "assets/site"]
struct Folder;

struct Versioned {
    file: SiteFile,
    /// The query of its versioned address.
    version: String,
}

static ASSETS: LazyLock<HashMap<String, Versioned>> = LazyLock::new(|| {
    let embed = |name: std::borrow::Cow<'static, str>| {
        let bytes = Folder::get(&name)?.data;
        let version = format!("v={}", &Sha256::of(&bytes).to_string()[..16]);
        let file = SiteFile::new(bytes, content_type(&name));
        Some((name.into_owned(), Versioned { file, version }))
    };
    Folder::iter().filter_map(embed).collect()
});

/// `text` with the address of every asset made to change with what is behind it, so that browsers may keep
/// it for ever.
pub fn with_versions(text: &str) -> String {
    ASSETS.iter().fold(text.to_string(), |text, (name, asset)| {
        text.replace(&format!("\"/assets/{name}\""), &format!("\"/assets/{name}?{}\"", asset.version))
    })
}

/// Serves an asset.
#[derive(Clone)]
pub struct Asset;

#[handler]
impl Asset {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let name = request.param::<String>("file").unwrap_or_default();
        answer(&name, request, response).await
    }
}

/// Serves the icon that browsers ask for unasked.
#[derive(Clone)]
pub struct Favicon;

#[handler]
impl Favicon {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        answer("favicon.ico", request, response).await
    }
}

async fn answer(name: &str, request: &Request, response: &mut Response) -> Result<(), Error> {
    let asset = ASSETS.get(name).ok_or(Error::NotFound)?;
    let is_versioned = request.uri().query().is_some_and(|query| query == asset.version);
    let cache_control = if is_versioned { IMMUTABLE } else { HeaderValue::from_static("no-cache") };
    asset.file.write(request, response, cache_control).await
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
