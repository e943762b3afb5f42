//! `GET /gifs/{sha256}.gif` and `.png`: the bytes, under their digest, for ever; and the still, under the digest of its GIF.

use std::sync::Arc;

use salvo::http::HeaderValue;
use salvo::http::header::HeaderName;
use salvo::{Request, Response, handler};

use super::answer::{A_DAY, FileAnswer, IMMUTABLE, etag_of};
use crate::gallery::{FileBytes, FileKind, Gallery, Sha256};
use crate::web::error::Error;

/// GIFs may be shown on other sites.
pub const SHARED_WITH_ALL: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));

/// Serves the files of GIFs.
///
/// # Design
/// The route has a whole name, `{file}`: `{sha256}.gif` would be a regular expression for salvo, and took a quarter of the
/// time.
#[derive(Clone)]
pub struct GifFile(pub Arc<Gallery>);

#[handler]
impl GifFile {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let (sha256, kind) = asked_for(request)?;
        let found = self.0.file(sha256, kind).await.map_err(Error::Unavailable)?;
        let (name, value) = SHARED_WITH_ALL;
        response.headers_mut().insert(name, value);
        answer_with(found.ok_or(Error::NoSuchDog)?, kind, request, response)
    }
}

/// Which file of which GIF is asked for.
///
/// # Errors
/// The name is not that of a file.
pub(super) fn asked_for(request: &Request) -> Result<(Sha256, FileKind), Error> {
    request.param::<&str>("file").and_then(parse).ok_or(Error::NotFound)
}

/// Answers with the file of a GIF, or with a part of it.
///
/// # Errors
/// The wanted range lies outside the file.
pub(super) fn answer_with(
    FileBytes { bytes, sha256 }: FileBytes,
    kind: FileKind,
    request: &Request,
    response: &mut Response,
) -> Result<(), Error> {
    let (content_type, cache_control) = match kind {
        FileKind::Animation => ("image/gif", IMMUTABLE),
        // Another version of the program may draw another one.
        FileKind::Still => ("image/png", A_DAY),
    };
    let content_type = HeaderValue::from_static(content_type);
    FileAnswer { bytes, content_type, etag: etag_of(&sha256), cache_control }.write(request, response)
}

/// Which file of which GIF is called so.
fn parse(name: &str) -> Option<(Sha256, FileKind)> {
    let (sha256, suffix) = name.split_once('.')?;
    let kind = match suffix {
        "gif" => FileKind::Animation,
        "png" => FileKind::Still,
        _ => return None,
    };
    Some((sha256.parse().ok()?, kind))
}

/// Where the animation with this digest is.
pub fn animation_url(sha256: &Sha256) -> String {
    url("/gifs/", sha256, ".gif")
}

/// Where the still with this digest of its animation is.
pub fn still_url(sha256: &Sha256) -> String {
    url("/gifs/", sha256, ".png")
}

pub(super) fn url(directory: &str, sha256: &Sha256, suffix: &str) -> String {
    let digits = sha256.digits();
    [directory, str::from_utf8(&digits).expect("digits are ASCII"), suffix].concat()
}
