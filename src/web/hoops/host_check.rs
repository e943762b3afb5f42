//! Turns away requests that do not say for whom they are, as RFC 9112 (3.2) asks of every server: whatever stands before
//! us may have understood them otherwise.

use salvo::Request;
use salvo::http::Version;
use salvo::http::header::HOST;

use crate::web::error::Error;
use crate::web::origin::is_host;

/// Refuses HTTP/1.1 without a Host header, and several or a malformed one.
///
/// # Errors
/// 400, with what is wrong.
pub fn check(request: &Request) -> Result<(), Error> {
    let mut hosts = request.headers().get_all(HOST).into_iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() < Version::HTTP_11 => Ok(()),
        (None, _) => Err(Error::BadHost("The request has no Host header.")),
        (Some(_), Some(_)) => Err(Error::BadHost("The request has more than one Host header.")),
        (Some(host), None) if host.to_str().is_ok_and(is_host) => Ok(()),
        (Some(_), None) => Err(Error::BadHost("The Host header must be a host, with or without a port.")),
    }
}
