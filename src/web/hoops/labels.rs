//! What requests are called in metrics and in the log: bounded, whatever clients send.

use salvo::Request;
use salvo::http::Method;

/// The method, where it is one that is used on the web.
pub fn method_label(method: &Method) -> &'static str {
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
pub fn route_label(request: &Request) -> String {
    match request.matched_path() {
        "" if request.uri().path() == "/" => "/".into(),
        "" => "unmatched".into(),
        pattern => ["/", pattern].concat(),
    }
}
