//! What a request is called in the log and in its answer.

use salvo::Request;
use salvo::http::HeaderValue;
use salvo::http::header::HeaderName;
use ulid::{ULID_LEN, Ulid};

/// The header that carries it, both ways.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest request id taken over from a client.
const MAX_ID_LENGTH: usize = 64;

/// What a request is called: kept as a header's value, copies of which share their bytes.
#[derive(Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The client's id if it is a harmless one, else a new ULID.
    pub fn of(request: &Request) -> Self {
        let harmless = |id: &&HeaderValue| {
            !id.is_empty()
                && id.len() <= MAX_ID_LENGTH
                && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        };
        let given = request.headers().get(X_REQUEST_ID).filter(harmless).cloned();
        Self(given.unwrap_or_else(|| {
            HeaderValue::from_str(Ulid::generate().array_to_str(&mut [0; ULID_LEN]))
                .expect("a ULID is letters and digits")
        }))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // Both kinds of ids are ASCII.
        self.0.to_str().unwrap_or_default()
    }

    /// The id as the value of a header.
    pub fn value(&self) -> HeaderValue {
        self.0.clone()
    }
}
