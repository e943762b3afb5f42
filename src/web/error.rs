//! Every error answer: the status in one match, one short sentence for the client, the cause for the log.
//! Its body is written by `hoops::ErrorBodies`.

use salvo::http::header::{ALLOW, CONTENT_RANGE, RETRY_AFTER};
use salvo::http::{HeaderMap, HeaderValue, ParseError, StatusCode};
use salvo::{Depot, Request, Response, Writer, async_trait};

use crate::gallery::{CountError, Unavailable};
use crate::telemetry::in_full;

/// Everything a handler can answer that is not what was asked for.
#[derive(Debug)]
pub enum Error {
    /// There is nothing at this path.
    NotFound,
    /// There is no such dog.
    NoSuchDog,
    /// A parameter is wrong; the sentence says which and what it should be.
    BadParameter(String),
    /// The request does not say in one way for whom it is.
    BadHost(&'static str),
    /// The method is not one of these.
    MethodNotAllowed(&'static str),
    /// The body is longer than anything expected here.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body could not be read.
    BadBody(ParseError),
    /// The wanted range lies outside a file of so many bytes.
    RangeNotSatisfiable(usize),
    /// A visit could not be counted.
    NotCounted(CountError),
    /// The database is away.
    Unavailable(Unavailable),
    /// A bug of ours.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// Kept with the response, for the body and for the log.
#[derive(Clone)]
pub struct Failure {
    /// One short sentence for the client.
    pub sentence: String,
    /// What the operator needs to know; never shown to clients.
    pub cause: Option<String>,
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::NoSuchDog => StatusCode::NOT_FOUND,
            Self::BadParameter(_) | Self::BadHost(_) | Self::BadBody(_) => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::RangeNotSatisfiable(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::NotCounted(_) | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What body and log are made of.
    pub fn failure(&self) -> Failure {
        let plain = |sentence: &str| Failure { sentence: sentence.into(), cause: None };
        let caused = |sentence: &str, cause: &dyn std::error::Error| Failure {
            sentence: sentence.into(),
            cause: Some(in_full(cause)),
        };
        match self {
            Self::NotFound => plain("There is nothing at this address."),
            Self::NoSuchDog => plain("There is no dog of this name."),
            Self::BadParameter(sentence) => plain(sentence),
            Self::BadHost(sentence) => plain(sentence),
            Self::MethodNotAllowed(allow) => plain(&format!("This address only takes {allow}.")),
            Self::BodyTooLarge => plain("The request has a body where none is expected."),
            Self::BodyTooSlow => plain("The request's body took too long to arrive."),
            Self::BadBody(cause) => caused("The request's body could not be read.", cause),
            Self::RangeNotSatisfiable(_) => plain("The file does not have the bytes you asked for."),
            Self::NotCounted(cause) => {
                caused("Your visit could not be counted just now. Please try again in a moment.", cause)
            }
            Self::Unavailable(cause) => caused("We cannot look this up just now. Please try again in a moment.", cause),
            Self::Internal(cause) => caused("Something went wrong on our side.", cause.as_ref()),
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
