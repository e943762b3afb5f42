//! Gives every error answer its body: problems under `/api`, pages elsewhere, plain text for probes. Nobody keeps it.

use std::sync::Arc;

use salvo::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use salvo::http::{HeaderValue, ResBody, StatusCode};
use salvo::{Request, Response};
use slog::Logger;

use crate::web::Shared;
use crate::web::api::{PROBLEM_JSON, Problem};
use crate::web::error::{Error, Failure};
use crate::web::pages::{ErrorView, HTML, Pages};
use crate::web::request_id::RequestId;

/// Gives every error answer its body.
pub struct ErrorBodies(Option<(Arc<Pages>, Logger)>);

impl ErrorBodies {
    /// For people and for programs.
    pub fn pages(shared: &Shared) -> Self {
        Self(Some((shared.pages.clone(), shared.logger.clone())))
    }

    /// For probes: plain text.
    pub fn plain() -> Self {
        Self(None)
    }

    /// Gives `response` its body if it is an error that has none.
    pub fn complete(&self, request: &Request, response: &mut Response, id: &RequestId) {
        let Some(status) = response.status_code.filter(|code| code.is_client_error() || code.is_server_error()) else {
            return;
        };
        // A handler may have said how long its file may be kept, and then found that it cannot send it.
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if !(response.body.is_none() || response.body.is_error()) {
            return;
        }
        // What no handler of ours answered: salvo found no route, or caught a panic.
        let failure = response.extensions.get::<Failure>().cloned().unwrap_or_else(|| match status {
            StatusCode::NOT_FOUND => Error::NotFound.failure(),
            _ => Error::Internal("see the log line of the panic".into()).failure(),
        });
        let (content_type, body) = self.body(request, status, &failure, id.as_str());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type);
        headers.remove(CONTENT_LENGTH);
        headers.remove(ETAG);
        response.extensions.insert(failure);
        response.body = ResBody::Once(body.into());
    }

    fn body(&self, request: &Request, status: StatusCode, failure: &Failure, id: &str) -> (HeaderValue, Vec<u8>) {
        let plain = || {
            let title = status.canonical_reason().unwrap_or("Error");
            let text = format!("{} {title}: {}\n", status.as_u16(), failure.sentence);
            (HeaderValue::from_static("text/plain; charset=utf-8"), text.into_bytes())
        };
        let Some((pages, logger)) = &self.0 else { return plain() };
        if request.uri().path().starts_with("/api/") {
            let problem = Problem::new(status, &failure.sentence, id);
            return serde_json::to_vec(&problem)
                .map_or_else(|_| plain(), |json| (HeaderValue::from_static(PROBLEM_JSON), json));
        }
        match pages.error(&ErrorView::new(status, &failure.sentence, id)) {
            Ok(page) => (HeaderValue::from_static(HTML), page.into_bytes()),
            Err(error) => {
                slog::error!(logger, "Cannot render the error page"; "cause" => %error);
                plain()
            }
        }
    }
}
