//! Logs every request and measures it, whatever becomes of it.

use std::time::Instant;

use salvo::http::header::{CONNECTION, CONTENT_LENGTH};
use salvo::http::{HeaderValue, Method, StatusCode};
use salvo::hyper::body::Body;
use salvo::{Request, Response};
use slog::{Logger, info};

use super::labels::{method_label, route_label};
use crate::telemetry::Metrics;
use crate::web::request_id::RequestId;
use crate::web::trace::Trace;
use crate::web::{Draining, Shared};

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

    /// A request begins.
    pub fn begin<'hoop>(&'hoop self, request: &Request, id: &'hoop RequestId) -> UnderWay<'hoop> {
        self.metrics.http_requests_in_flight.inc();
        let (method, route) = (method_label(request.method()), route_label(request));
        UnderWay { hoop: self, id, trace: Trace::of(request), method, route, begin: Instant::now(), answer: None }
    }
}

/// A request under way: counted as in flight, logged and measured when it is dropped. If that comes before its end,
/// nobody waits for it any more.
pub struct UnderWay<'hoop> {
    hoop: &'hoop Observe,
    id: &'hoop RequestId,
    trace: Trace,
    method: &'static str,
    route: String,
    begin: Instant,
    /// Status and bytes of the body.
    answer: Option<(StatusCode, u64)>,
}

impl UnderWay<'_> {
    /// Its answer is complete.
    pub fn end(mut self, request: &Request, response: &mut Response) {
        let bytes = finish(request, response, &self.hoop.draining);
        self.answer = Some((response.status_code.unwrap_or(StatusCode::OK), bytes));
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Self { hoop: Observe { metrics, logger, .. }, id, trace, method, route, begin, answer } = self;
        let (status, bytes) = answer.unwrap_or_else(|| (client_hung_up(), 0));
        let took = begin.elapsed();
        metrics.http_requests_in_flight.dec();
        metrics.http_requests.with_label_values(&[*method, route, status.as_str()]).inc();
        metrics.http_request_duration.with_label_values(&[*method, route]).observe(took.as_secs_f64());
        info!(logger, "Request";
            "request_id" => id.as_str(),
            "method" => *method,
            "route" => &*route,
            "status" => status.as_u16(),
            "duration_ms" => (took.as_secs_f64() * 1_000_000.0).round() / 1000.0,
            "bytes" => bytes,
            &*trace,
        );
    }
}

/// What nginx, too, calls the status of a request whose client has hung up before the answer.
fn client_hung_up() -> StatusCode {
    StatusCode::from_u16(499).expect("it is a status")
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
