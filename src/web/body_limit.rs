//! Turns away bodies: nothing here takes one, and reading what nobody wants costs.

use hyper::body::Body;
use salvo::http::HeaderValue;
use salvo::http::header::CONNECTION;
use salvo::{Depot, FlowCtrl, Request, Response, Writer, handler};

use super::error::Error;

/// Small bodies, which some clients send out of habit, are read and forgotten.
const FORGIVEN_BYTES: usize = 1024;

/// Answers 413 to requests with more than 1 kB of body.
pub struct BodyLimit;

#[handler]
impl BodyLimit {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
        let Err(error) = drain(request).await else {
            ctrl.call_next(request, depot, response).await;
            return;
        };
        // The rest of the body is not read, so nothing that follows on this connection can be.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        error.write(request, depot, response).await;
        ctrl.skip_rest();
    }
}

async fn drain(request: &mut Request) -> Result<(), Error> {
    if request.body().is_end_stream() {
        return Ok(());
    }
    if request.body().size_hint().lower() > FORGIVEN_BYTES as u64 {
        return Err(Error::BodyTooLarge);
    }
    match request.payload_with_max_size(FORGIVEN_BYTES).await {
        Ok(_) => Ok(()),
        Err(salvo::http::ParseError::PayloadTooLarge) => Err(Error::BodyTooLarge),
        Err(error) => Err(Error::BadBody(error.to_string())),
    }
}
