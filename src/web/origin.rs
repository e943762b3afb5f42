//! Scheme and host of this site, as the visitor sees them: search engines and previews in chats need whole addresses.

use std::sync::Arc;

use salvo::Request;
use salvo::http::HeaderMap;
use salvo::http::header::HOST;
use salvo::http::uri::Authority;

/// Knows how this site is addressed.
#[derive(Clone)]
pub struct Origin {
    public_url: Option<Arc<str>>,
    trust_proxy_headers: bool,
}

impl Origin {
    /// Always `public_url` if it is given; else what a request says, and with `trust_proxy_headers` what a proxy of ours
    /// says of it.
    pub fn new(public_url: Option<&str>, trust_proxy_headers: bool) -> Self {
        Self { public_url: public_url.map(Into::into), trust_proxy_headers }
    }

    /// `scheme://host`, where the request names a host.
    pub fn of(&self, request: &Request) -> Option<String> {
        if let Some(public_url) = &self.public_url {
            return Some(public_url.to_string());
        }
        let scheme = if self.is_https(request) { "https" } else { "http" };
        let host = match self.forwarded(request.headers(), "x-forwarded-host") {
            Some(host) => Some(host).filter(|host| is_host(host))?,
            // Looked at by `hoops::host_check` before any handler runs.
            None => request.headers().get(HOST)?.to_str().ok()?,
        };
        (!host.is_empty()).then(|| [scheme, "://", host].concat())
    }

    /// Whether the visitor came by HTTPS, which only a proxy of ours knows.
    pub fn is_https(&self, request: &Request) -> bool {
        let scheme = self.forwarded(request.headers(), "x-forwarded-proto");
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
    }

    /// What the first proxy, the one next to the visitor, has written: each further one adds its own behind it.
    fn forwarded<'request>(&self, headers: &'request HeaderMap, name: &str) -> Option<&'request str> {
        let value = headers.get(name).filter(|_| self.trust_proxy_headers)?;
        value.to_str().ok()?.split(',').next().map(str::trim)
    }
}

/// Whether `text` is what a Host header may hold: a host with or without a port, or nothing at all. An account before
/// the host would make links that lead elsewhere than they seem to.
pub fn is_host(text: &str) -> bool {
    let is_all_of = |authority: Authority| {
        let port = authority.port().map_or(0, |port| 1 + port.as_str().len());
        authority.host().len() + port == text.len()
    };
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-._:[]".contains(&letter);
    text.is_empty() || text.bytes().all(is_letter) && text.parse().is_ok_and(is_all_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for (text, expected) in [
            ("", true),
            ("dogs.example", true),
            ("dogs.example:8080", true),
            ("127.0.0.1:5000", true),
            ("[::1]:5000", true),
            ("user@dogs.example", false),
            ("user:password@dogs.example", false),
            ("dogs.example:port", false),
            ("dogs.example:1:2", false),
            ("dogs.example/path", false),
            ("dogs example", false),
            ("a,b", false),
            ("[::1", false),
            ("<script>", false),
        ] {
            assert_eq!(is_host(text), expected, "{text}");
        }
    }
}
