//! Headers that protect visitors, on every answer.

use salvo::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use salvo::http::{HeaderMap, HeaderValue};
use salvo::{Request, Response};

use crate::web::Shared;
use crate::web::origin::Origin;
use crate::web::request_id::{RequestId, X_REQUEST_ID};

/// Nothing from other origins, nothing inline.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Sets the headers.
pub struct SecurityHeaders {
    /// What every answer has unless its handler chooses otherwise. Copied, which takes less than to insert one after the
    /// other.
    always: HeaderMap,
    origin: Origin,
}

impl SecurityHeaders {
    /// With what `shared` holds.
    pub fn new(shared: &Shared) -> Self {
        // As many as a page has, so that its other headers find their places.
        let mut always = HeaderMap::with_capacity(12);
        always.extend([
            // Another one in each answer.
            (X_REQUEST_ID, HeaderValue::from_static("")),
            (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
            (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
            (
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
            ),
            // What may be kept says so itself.
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ]);
        Self { always, origin: shared.origin.clone() }
    }

    /// Sets them, and the request's id, before a handler runs.
    pub fn set(&self, request: &Request, response: &mut Response, id: &RequestId) {
        response.set_headers(self.always.clone());
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, id.value());
        if self.origin.is_https(request) {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
    }
}
