//! What the API answers when something went wrong: RFC 9457.

use salvo::http::StatusCode;
use salvo_oapi::{Components, Content, EndpointOutRegister, Operation, Response, ToSchema};
use serde::Serialize;

use crate::web::error::Error;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, as in RFC 9457.
#[derive(Serialize, ToSchema)]
#[salvo(schema(name = Problem))]
pub struct Problem {
    /// Always `about:blank`: the status says it all.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// One sentence for people.
    detail: String,
    /// Quote it when you report the problem.
    request_id: String,
}

impl Problem {
    /// Says `sentence` about `status`.
    pub fn new(status: StatusCode, sentence: &str, request_id: &str) -> Self {
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: sentence.into(),
            request_id: request_id.into(),
        }
    }
}

impl EndpointOutRegister for Error {
    fn register(components: &mut Components, operation: &mut Operation) {
        let content = Content::new(Problem::to_schema(components));
        let response = Response::new("A problem, as in RFC 9457").add_content(PROBLEM_JSON, content);
        operation.responses.insert("default", response);
    }
}
