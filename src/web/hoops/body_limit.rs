//! Turns away bodies: nothing here takes one, and reading what nobody wants costs.

use std::time::Duration;

use salvo::http::header::CONNECTION;
use salvo::http::{HeaderValue, ParseError};
use salvo::hyper::body::Body;
use salvo::{Request, Response};

use crate::web::error::Error;

/// Small bodies, which some clients send out of habit, are read and forgotten.
const FORGIVEN_BYTES: usize = 1024;

/// Time for the whole body: a time for each piece of it would begin anew with every byte.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Reads the body if it is small.
///
/// # Errors
/// 413 for more than 1 kB of body, and 408 for one that takes longer than 10 s.
pub async fn drain(request: &mut Request, response: &mut Response) -> Result<(), Error> {
    if request.body().is_end_stream() {
        return Ok(());
    }
    // On the heap, as it is rare: requests without a body need no room for it.
    let outcome = Box::pin(read(request)).await;
    if outcome.is_err() {
        // The rest of the body is not read, so nothing that follows on this connection can be.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    outcome
}

async fn read(request: &mut Request) -> Result<(), Error> {
    if request.body().size_hint().lower() > FORGIVEN_BYTES as u64 {
        return Err(Error::BodyTooLarge);
    }
    match tokio::time::timeout(BODY_DEADLINE, request.payload_with_max_size(FORGIVEN_BYTES)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(ParseError::PayloadTooLarge)) => Err(Error::BodyTooLarge),
        Ok(Err(error)) => Err(Error::BadBody(error)),
        Err(_) => Err(Error::BodyTooSlow),
    }
}
