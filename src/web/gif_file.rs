//! `GET /gifs/{sha256}.gif` and `.png`: the bytes, under their digest, for ever.

use std::sync::Arc;

use salvo::http::HeaderValue;
use salvo::http::header::HeaderName;
use salvo::{Request, Response, handler};

use super::error::Error;
use super::file::{File, IMMUTABLE};
use crate::gallery::{Gallery, Sha256};
use crate::store::FileKind;

/// GIFs may be shown on other sites.
pub const SHARED_WITH_ALL: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));

/// Serves one kind of file.
#[derive(Clone)]
pub struct GifFile(pub Arc<Gallery>, pub FileKind);

#[handler]
impl GifFile {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let Self(gallery, kind) = self;
        let sha256: Sha256 =
            request.param::<&str>("sha256").and_then(|text| text.parse().ok()).ok_or(Error::NotFound)?;
        let found = gallery.files.get(sha256, *kind).await.map_err(Error::Unavailable)?;
        let (name, value) = SHARED_WITH_ALL;
        response.headers_mut().insert(name, value);
        let content_type = match kind {
            FileKind::Animation => "image/gif",
            FileKind::Still => "image/png",
        };
        let file = File {
            bytes: found.ok_or(Error::NoSuchDog)?,
            content_type: HeaderValue::from_static(content_type),
            digest: sha256.to_string(),
            cache_control: IMMUTABLE,
        };
        file.answer(request, response)
    }
}
