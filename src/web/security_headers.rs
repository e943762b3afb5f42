//! Headers that protect visitors, on every answer.

use salvo::http::HeaderValue;
use salvo::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use salvo::{Depot, FlowCtrl, Request, Response, handler};

use super::Shared;

/// Nothing from other origins, nothing inline.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Set before the handlers run, so that a handler can choose otherwise.
const ALWAYS: [(HeaderName, &str); 8] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    // What may be kept says so itself.
    (CACHE_CONTROL, "no-store"),
];

/// Sets the headers.
pub struct SecurityHeaders {
    trust_proxy_headers: bool,
}

impl SecurityHeaders {
    /// With what `shared` holds.
    pub fn new(shared: &Shared) -> Self {
        Self { trust_proxy_headers: shared.trust_proxy_headers }
    }
}

#[handler]
impl SecurityHeaders {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
        for (name, value) in ALWAYS {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        // Only a proxy of ours knows that the visitor came by HTTPS.
        if self.trust_proxy_headers && request.header::<&str>("x-forwarded-proto") == Some("https") {
            let value = HeaderValue::from_static("max-age=31536000");
            response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, value);
        }
        ctrl.call_next(request, depot, response).await;
    }
}
