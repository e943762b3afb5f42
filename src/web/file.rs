//! Answers with bytes that never change under their name: ETag, 304, single ranges.

use std::ops::{Bound, RangeInclusive};

use bytes::Bytes;
use headers::{ETag, HeaderMapExt, IfNoneMatch, IfRange, Range};
use salvo::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use salvo::http::{HeaderMap, HeaderValue, StatusCode};
use salvo::{Request, Response};

use super::error::Error;

/// For what is named after its own digest.
pub const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Some bytes and how to call them.
pub struct File {
    /// The bytes.
    pub bytes: Bytes,
    /// Their media type.
    pub content_type: HeaderValue,
    /// Their digest in hexadecimal: the strong ETag.
    pub digest: String,
    /// How long they may be kept.
    pub cache_control: HeaderValue,
}

impl File {
    /// Answers with the whole file, a part of it, or "you have it already".
    ///
    /// # Errors
    /// The wanted range lies outside the file.
    pub fn answer(self, request: &Request, response: &mut Response) -> Result<(), Error> {
        let etag: ETag = format!("\"{}\"", self.digest).parse().map_err(|_| Error::Internal("bad ETag".into()))?;
        let headers = response.headers_mut();
        headers.typed_insert(etag.clone());
        headers.insert(CACHE_CONTROL, self.cache_control);
        if let Some(known) = request.headers().typed_get::<IfNoneMatch>()
            && !known.precondition_passes(&etag)
        {
            response.status_code(StatusCode::NOT_MODIFIED);
            return Ok(());
        }
        headers.insert(CONTENT_TYPE, self.content_type);
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let length = self.bytes.len();
        let Some(range) = wanted_range(request, &etag, length)? else {
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

/// The one satisfiable range that is asked for. Several ranges, and what is not understood, count as none:
/// a server may always answer with the whole.
fn wanted_range(request: &Request, etag: &ETag, length: usize) -> Result<Option<RangeInclusive<usize>>, Error> {
    let headers = request.headers();
    let Some(ranges) = headers.typed_get::<Range>() else { return Ok(None) };
    if headers.typed_get::<IfRange>().is_some_and(|condition| condition.is_modified(Some(etag), None)) {
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
