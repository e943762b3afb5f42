//! Answers with bytes that never change under their name: ETag, 304, single ranges.

use std::ops::{Bound, RangeInclusive};

use bytes::Bytes;
use headers::{ETag, Header, HeaderMapExt, IfNoneMatch, IfRange, Range};
use salvo::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE};
use salvo::http::{HeaderMap, HeaderValue, Method, StatusCode};
use salvo::{Request, Response};

use crate::gallery::Sha256;
use crate::web::error::Error;

/// For what is named after its own digest.
pub const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// For what another version of the program may have otherwise.
pub const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Some bytes and how to call them.
pub struct FileAnswer {
    /// The bytes.
    pub bytes: Bytes,
    /// Their media type.
    pub content_type: HeaderValue,
    /// Their strong ETag.
    pub etag: HeaderValue,
    /// How long they may be kept.
    pub cache_control: HeaderValue,
}

impl FileAnswer {
    /// Answers with the whole file, a part of it, or "you have it already".
    ///
    /// # Errors
    /// The wanted range lies outside the file.
    pub fn write(self, request: &Request, response: &mut Response) -> Result<(), Error> {
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.clone());
        headers.insert(CACHE_CONTROL, self.cache_control);
        if let Some(known) = request.headers().typed_get::<IfNoneMatch>()
            && !known.precondition_passes(&typed(&self.etag)?)
        {
            response.status_code(StatusCode::NOT_MODIFIED);
            return Ok(());
        }
        headers.insert(CONTENT_TYPE, self.content_type);
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let length = self.bytes.len();
        let Some(range) = wanted_range(request, &self.etag, length)? else {
            response.body(self.bytes);
            return Ok(());
        };
        let content_range = format!("bytes {}-{}/{length}", range.start(), range.end());
        if let Ok(content_range) = HeaderValue::from_str(&content_range) {
            headers.insert(CONTENT_RANGE, content_range);
        }
        response.status_code(StatusCode::PARTIAL_CONTENT);
        response.body(self.bytes.slice(range));
        Ok(())
    }
}

/// The ETag of the file with this digest.
pub fn etag_of(sha256: &Sha256) -> HeaderValue {
    let mut text = [b'"'; 2 + Sha256::DIGITS];
    text[1..=Sha256::DIGITS].copy_from_slice(&sha256.digits());
    HeaderValue::from_bytes(&text).expect("quotes and digits are letters of headers")
}

fn typed(etag: &HeaderValue) -> Result<ETag, Error> {
    ETag::decode(&mut std::iter::once(etag)).map_err(|error| Error::Internal(error.into()))
}

/// The one satisfiable range that is asked for; only GET can ask for one. Several ranges, and what is not understood, count as none:
/// a server may always answer with the whole.
fn wanted_range(request: &Request, etag: &HeaderValue, length: usize) -> Result<Option<RangeInclusive<usize>>, Error> {
    let headers = request.headers();
    let ranges = headers.typed_get::<Range>().filter(|_| request.method() == Method::GET);
    let Some(ranges) = ranges else { return Ok(None) };
    if let Some(condition) = headers.typed_get::<IfRange>()
        && condition.is_modified(Some(&typed(etag)?), None)
    {
        return Ok(None);
    }
    if wants_more_than_all(headers, length) {
        return Ok(None);
    }
    let mut ranges = ranges.satisfiable_ranges(length as u64);
    match (ranges.next(), ranges.next()) {
        (Some(range), None) => within(range, length).map(Some),
        (Some(_), Some(_)) => Ok(None),
        (None, _) => Err(Error::RangeNotSatisfiable(length)),
    }
}

/// Whether the last so many bytes are wanted of a file that has fewer: then all of it is meant (RFC 9110,
/// 14.1.2), which `headers` does not know.
fn wants_more_than_all(headers: &HeaderMap, length: usize) -> bool {
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let last =
        range.and_then(|range| range.strip_prefix("bytes=-")).and_then(|digits| digits.trim().parse::<u64>().ok());
    last.is_some_and(|last| last > length as u64)
}

fn within(range: (Bound<u64>, Bound<u64>), length: usize) -> Result<RangeInclusive<usize>, Error> {
    let outside = Error::RangeNotSatisfiable(length);
    let last = (length as u64).checked_sub(1);
    let bounds = match range {
        (Bound::Included(start), Bound::Included(end)) => Some((start, end)),
        (Bound::Included(start), Bound::Unbounded) => Some((start, u64::MAX)),
        _ => None,
    };
    let (Some((start, end)), Some(last)) = (bounds, last) else { return Err(outside) };
    let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end.min(last))) else { return Err(outside) };
    if start > end { Err(outside) } else { Ok(start..=end) }
}
