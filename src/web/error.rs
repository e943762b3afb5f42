//! From error to answer: the status in one match, one short sentence for the client, the cause for the log.

use std::sync::Arc;

use salvo::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RETRY_AFTER};
use salvo::http::{HeaderMap, HeaderValue, ResBody, StatusCode};
use salvo::{Depot, FlowCtrl, Request, Response, Writer, async_trait, handler};
use salvo_oapi::{Components, EndpointOutRegister, Operation, ToSchema};
use serde::Serialize;

use super::observe::RequestId;
use super::pages::{ErrorView, Pages};
use super::{Shared, pages};
use crate::gallery::CountError;
use crate::store;

/// Everything a handler can answer that is not what was asked for.
#[derive(Debug)]
pub enum Error {
    /// There is nothing at this path.
    NotFound,
    /// There is no such dog.
    NoSuchDog,
    /// A parameter is wrong; the sentence says which and what it should be.
    BadParameter(String),
    /// The method is not one of these.
    MethodNotAllowed(&'static str),
    /// The body is longer than anything expected here.
    BodyTooLarge,
    /// The body could not be read.
    BadBody(String),
    /// The wanted range lies outside a file of so many bytes.
    RangeNotSatisfiable(usize),
    /// A visit could not be counted.
    NotCounted(CountError),
    /// The database is away.
    Unavailable(store::Error),
    /// A bug of ours.
    Internal(String),
}

/// Kept with the response, for the body and for the log.
#[derive(Clone)]
pub struct Failure {
    sentence: String,
    /// What the operator needs to know; never shown to clients.
    pub cause: Option<String>,
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::NoSuchDog => StatusCode::NOT_FOUND,
            Self::BadParameter(_) | Self::BadBody(_) => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RangeNotSatisfiable(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::NotCounted(_) | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn failure(&self) -> Failure {
        let told = |sentence: &str| Failure { sentence: sentence.into(), cause: None };
        let hidden = |sentence: &str, cause: String| Failure { sentence: sentence.into(), cause: Some(cause) };
        match self {
            Self::NotFound => told("There is nothing at this address."),
            Self::NoSuchDog => told("There is no dog of this name."),
            Self::BadParameter(sentence) => told(sentence),
            Self::MethodNotAllowed(allow) => told(&format!("This address only takes {allow}.")),
            Self::BodyTooLarge => told("The request has a body where none is expected."),
            Self::BadBody(cause) => hidden("The request's body could not be read.", cause.clone()),
            Self::RangeNotSatisfiable(_) => told("The file does not have the bytes you asked for."),
            Self::NotCounted(cause) => {
                hidden("Your visit could not be counted just now. Please try again in a moment.", cause.to_string())
            }
            Self::Unavailable(cause) => {
                hidden("We cannot look this up just now. Please try again in a moment.", cause.to_string())
            }
            Self::Internal(cause) => hidden("Something went wrong on our side.", cause.clone()),
        }
    }

    fn set_headers(&self, headers: &mut HeaderMap) {
        match self {
            Self::MethodNotAllowed(allow) => {
                headers.insert(ALLOW, HeaderValue::from_static(allow));
            }
            Self::NotCounted(_) | Self::Unavailable(_) => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            Self::RangeNotSatisfiable(length) => {
                if let Ok(range) = HeaderValue::from_str(&format!("bytes */{length}")) {
                    headers.insert(CONTENT_RANGE, range);
                }
            }
            _ => {}
        }
    }
}

#[async_trait]
impl Writer for Error {
    async fn write(self, _: &mut Request, _: &mut Depot, response: &mut Response) {
        response.status_code(self.status());
        self.set_headers(response.headers_mut());
        response.extensions.insert(self.failure());
    }
}

impl EndpointOutRegister for Error {
    fn register(components: &mut Components, operation: &mut Operation) {
        let schema = Problem::to_schema(components);
        let content = salvo_oapi::Content::new(schema);
        let response = salvo_oapi::Response::new("A problem, as in RFC 9457").add_content(PROBLEM_JSON, content);
        operation.responses.insert("default", response);
    }
}

const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, as in RFC 9457.
#[derive(Serialize, ToSchema)]
#[salvo(schema(name = Problem))]
struct Problem {
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

/// Gives every error answer its body: problems under `/api`, pages elsewhere.
pub struct ErrorBodies(Option<(Arc<Pages>, slog::Logger)>);

impl ErrorBodies {
    /// For people and for programs.
    pub fn pages(shared: &Shared) -> Self {
        Self(Some((shared.pages.clone(), shared.logger.clone())))
    }

    /// For probes: plain text.
    pub fn plain() -> Self {
        Self(None)
    }

    fn body(&self, request: &Request, status: StatusCode, failure: &Failure, id: &str) -> (HeaderValue, Vec<u8>) {
        let title = status.canonical_reason().unwrap_or("Error");
        let plain = || {
            let text = format!("{} {title}: {}\n", status.as_u16(), failure.sentence);
            (HeaderValue::from_static("text/plain; charset=utf-8"), text.into_bytes())
        };
        let Some((pages, logger)) = &self.0 else { return plain() };
        if request.uri().path().starts_with("/api/") {
            let detail = failure.sentence.clone();
            let problem =
                Problem { r#type: "about:blank", title, status: status.as_u16(), detail, request_id: id.to_string() };
            return serde_json::to_vec(&problem)
                .map_or_else(|_| plain(), |json| (HeaderValue::from_static(PROBLEM_JSON), json));
        }
        let view = ErrorView::new(status, &failure.sentence, id);
        match pages.error(&view) {
            Ok(page) => (HeaderValue::from_static(pages::HTML), page.into_bytes()),
            Err(error) => {
                slog::error!(logger, "Cannot render the error page"; "cause" => %error);
                plain()
            }
        }
    }
}

#[handler]
impl ErrorBodies {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
        ctrl.call_next(request, depot, response).await;
        let Some(status) = response.status_code.filter(|code| code.is_client_error() || code.is_server_error()) else {
            return;
        };
        if !(response.body.is_none() || response.body.is_error()) {
            return;
        }
        // What no handler of ours answered: salvo found no route, or caught a panic.
        let failure = response.extensions.get::<Failure>().cloned().unwrap_or_else(|| match status {
            StatusCode::NOT_FOUND => Error::NotFound.failure(),
            _ => Error::Internal("see the log line of the panic".into()).failure(),
        });
        let id = depot.get_typed::<RequestId>().map_or("", |id| id.as_str());
        let (content_type, body) = self.body(request, status, &failure, id);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type);
        headers.remove(CONTENT_LENGTH);
        headers.remove(ETAG);
        response.extensions.insert(failure);
        response.body = ResBody::Once(body.into());
    }
}
