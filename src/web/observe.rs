//! The outermost hoop: gives every request an id, logs it and measures it, whatever becomes of it.

use std::time::Instant;

use hyper::body::Body;
use salvo::http::header::{CONNECTION, CONTENT_LENGTH, HeaderName};
use salvo::http::{HeaderValue, Method, StatusCode};
use salvo::{Depot, FlowCtrl, Request, Response, handler};
use slog::{Logger, error, info};
use ulid::Ulid;

use super::error::Failure;
use super::{Draining, Shared};
use crate::telemetry::Metrics;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest request id taken over from a client.
const MAX_ID_LENGTH: usize = 64;

/// What a request is called in the log and in its answer.
pub struct RequestId(String);

impl RequestId {
    /// The client's id if it is a harmless one, else a new ULID.
    fn of(request: &Request) -> Self {
        let harmless = |id: &&str| {
            !id.is_empty()
                && id.len() <= MAX_ID_LENGTH
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        let given = request.headers().get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(harmless);
        Self(given.map_or_else(|| Ulid::generate().to_string(), String::from))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Logs and measures requests.
pub struct Observe {
    metrics: Metrics,
    logger: Logger,
    draining: Draining,
}

impl Observe {
    /// With what `shared` holds.
    pub fn new(shared: &Shared) -> Self {
        Self { metrics: shared.metrics.clone(), logger: shared.logger.clone(), draining: shared.draining.clone() }
    }
}

#[handler]
impl Observe {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
        let begin = Instant::now();
        let in_flight = InFlight::enter(&self.metrics);
        let id = RequestId::of(request);
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
        depot.insert_typed(id);
        ctrl.call_next(request, depot, response).await;
        drop(in_flight);

        let bytes = finish(request, response, &self.draining);
        let status = response.status_code.unwrap_or(StatusCode::OK);
        let (method, route, took) = (method_label(request.method()), route_label(request), begin.elapsed());
        self.metrics.http_requests.with_label_values(&[method, &route, status.as_str()]).inc();
        self.metrics.http_request_duration.with_label_values(&[method, &route]).observe(took.as_secs_f64());
        let id = depot.get_typed::<RequestId>().map_or("", |id| id.as_str());
        if let Some(cause) = response.extensions.get::<Failure>().and_then(|failure| failure.cause.as_ref()) {
            error!(self.logger, "Request failed"; "request_id" => id, "cause" => cause);
        }
        info!(self.logger, "Request";
            "request_id" => id,
            "method" => method,
            "route" => route,
            "status" => status.as_u16(),
            "duration_ms" => (took.as_secs_f64() * 1_000_000.0).round() / 1000.0,
            "bytes" => bytes,
        );
    }
}

/// Counts a request as in flight until it is dropped: also when the client hangs up before the answer.
struct InFlight(prometheus::IntGauge);

impl InFlight {
    fn enter(metrics: &Metrics) -> Self {
        metrics.http_requests_in_flight.inc();
        Self(metrics.http_requests_in_flight.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Sets the headers that need the whole answer; returns how many bytes of body it sends.
fn finish(request: &Request, response: &mut Response, draining: &Draining) -> u64 {
    if draining.has_begun() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let length = response.body.size_hint().exact().unwrap_or(0);
    if request.method() != Method::HEAD {
        return length;
    }
    // salvo takes the body away, and the length with it.
    if length > 0 {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    0
}

/// Bounded, whatever clients send.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// The pattern of the route that matched; one label for all that matched none.
fn route_label(request: &Request) -> String {
    match request.matched_path() {
        "" if request.uri().path() == "/" => "/".into(),
        "" => "unmatched".into(),
        pattern => format!("/{pattern}"),
    }
}
