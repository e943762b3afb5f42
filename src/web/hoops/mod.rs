//! What wraps every route: one hoop, which sees the request before the handler, and the answer after it. Each of the
//! things it does has a file.

mod body_limit;
mod error_bodies;
mod host_check;
mod labels;
mod log_failure;
mod observe;
mod security_headers;
mod wrap;

pub use wrap::Wrap;
