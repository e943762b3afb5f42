//! Says in the log why a request has failed.

use salvo::{Request, Response};
use slog::{Logger, debug, error};

use crate::web::error::Failure;
use crate::web::request_id::RequestId;
use crate::web::trace::Trace;

/// Writes a line if the failure has a cause.
pub fn log(logger: &Logger, request: &Request, response: &Response, id: &RequestId) {
    let Some(cause) = response.extensions.get::<Failure>().and_then(|failure| failure.cause.as_ref()) else {
        return;
    };
    let trace = Trace::of(request);
    if response.status_code.is_some_and(|status| status.is_client_error()) {
        debug!(logger, "Request refused"; "request_id" => id.as_str(), "cause" => cause, &trace);
    } else {
        error!(logger, "Request failed"; "request_id" => id.as_str(), "cause" => cause, &trace);
    }
}
