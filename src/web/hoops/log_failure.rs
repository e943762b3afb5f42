//! Says in the log why a request has failed.

use salvo::Response;
use slog::{Logger, debug, error};

use crate::web::error::Failure;
use crate::web::request_id::RequestId;

/// Writes a line if the failure has a cause.
pub fn log(logger: &Logger, response: &Response, id: &RequestId) {
    let cause = response.extensions.get::<Failure>().and_then(|failure| failure.cause.as_ref());
    match cause {
        Some(cause) if response.status_code.is_some_and(|status| status.is_client_error()) => {
            debug!(logger, "Request refused"; "request_id" => id.as_str(), "cause" => cause);
        }
        Some(cause) => error!(logger, "Request failed"; "request_id" => id.as_str(), "cause" => cause),
        None => {}
    }
}
