//! Which coding of a file a client wants: `Accept-Encoding` with its weights (RFC 9110, 12.5.3).

use salvo::http::HeaderMap;
use salvo::http::header::ACCEPT_ENCODING;

/// Whether the client takes gzip at least as gladly as the plain bytes.
pub fn wants_gzip(headers: &HeaderMap) -> bool {
    let named = |names: &[&str]| {
        let values = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
        let mut codings = values.flat_map(|value| value.split(',')).map(weighted);
        codings
            .find_map(|(name, weight)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)).then_some(weight))
    };
    let any = named(&["*"]);
    let gzip = named(&["gzip", "x-gzip"]).or(any).unwrap_or(0.0);
    // Plain bytes that nobody speaks of are allowed, but not asked for.
    let plain = named(&["identity"]).or(any).unwrap_or(0.0);
    gzip > 0.0 && gzip >= plain
}

/// A coding and how much it is wanted, from 0 to 1; not at all, where the weight is none.
fn weighted(coding: &str) -> (&str, f32) {
    let (name, parameter) = coding.split_once(';').unwrap_or((coding, ""));
    let weight = match parameter.trim().split_once('=') {
        None if parameter.trim().is_empty() => Some(1.0),
        Some((key, value)) if key.trim().eq_ignore_ascii_case("q") => value.trim().parse().ok(),
        _ => None,
    };
    (name.trim(), weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use salvo::http::HeaderValue;

    use super::*;

    #[test]
    fn the_heavier_coding_is_sent_and_gzip_when_both_weigh_the_same() {
        for (value, expected) in [
            ("gzip", true),
            ("GZIP", true),
            ("x-gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, gzip;q=0.001", true),
            ("gzip;q=1,identity;q=1.0", true),
            ("identity;q=0.5, *;q=0.5", true),
            ("*", true),
            ("*;q=0, gzip", true),
            ("identity;q=0, gzip ; q=0.3", true),
            ("", false),
            ("br", false),
            ("identity", false),
            ("gzip;q=0", false),
            ("gzip;q=0.0, *", false),
            ("gzip;q=0.5, identity", false),
            ("gzip;q=0.5, identity;q=0.6", false),
            ("*;q=0", false),
            ("gzip;q=9", false),
            ("gzip;q=-1", false),
            ("gzip;q=", false),
            ("gzip;q=NaN", false),
            ("gzip;level=1", false),
            ("gzip;fast", false),
            ("gzipped", false),
        ] {
            let headers = [(ACCEPT_ENCODING, HeaderValue::from_static(value))].into_iter().collect();
            assert_eq!(wants_gzip(&headers), expected, "{value}");
        }
        assert!(!wants_gzip(&HeaderMap::new()));
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static("br"));
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static("deflate, gzip"));
        assert!(wants_gzip(&headers));
    }
}
