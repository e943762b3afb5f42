//! What a probe is answered: 200 and `ok`, or 503 and a reason.

use salvo::Response;
use salvo::http::header::CONTENT_TYPE;
use salvo::http::{HeaderValue, StatusCode};

/// Writes the outcome of a probe.
pub fn answer(response: &mut Response, outcome: Result<(), String>) {
    let (status, text) = match outcome {
        Ok(()) => (StatusCode::OK, "ok".into()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
    };
    response.status_code(status);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.body(format!("{text}\n"));
}
