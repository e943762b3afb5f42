//! Which trace of its caller a request belongs to, by the W3C's `traceparent`: so that our log joins theirs. Nothing is
//! traced here.

use salvo::Request;
use salvo::http::HeaderValue;
use salvo::http::header::HeaderName;
use slog::{KV, Record, Serializer};

/// The header that carries it: `00-<trace>-<parent>-<flags>` in lower-case hexadecimal digits.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// How long that is.
const LENGTH: usize = 55;

/// Where the trace's id stands in it.
const TRACE_ID: std::ops::Range<usize> = 3..35;

/// The caller's trace, if it has told one; in a log line it is the field `trace_id`, which is left out if not.
pub struct Trace(Option<HeaderValue>);

impl Trace {
    /// What the request says. A header that the W3C does not allow, or of a version that is yet to come, counts as none.
    pub fn of(request: &Request) -> Self {
        let mut given = request.headers().get_all(TRACEPARENT).iter();
        match (given.next(), given.next()) {
            (Some(only), None) if is_valid(only.as_bytes()) => Self(Some(only.clone())),
            _ => Self(None),
        }
    }

    fn id(&self) -> Option<&str> {
        self.0.as_ref()?.to_str().ok()?.get(TRACE_ID)
    }
}

impl KV for Trace {
    fn serialize(&self, _record: &Record, serializer: &mut dyn Serializer) -> slog::Result {
        self.id().map_or(Ok(()), |id| serializer.emit_str("trace_id", id))
    }
}

fn is_valid(header: &[u8]) -> bool {
    let hexadecimal = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
    let identifies = |part: &[u8]| hexadecimal(part) && part.iter().any(|byte| *byte != b'0');
    header.len() == LENGTH
        && header.starts_with(b"00-")
        && identifies(&header[TRACE_ID])
        && header[35] == b'-'
        && identifies(&header[36..52])
        && header[52] == b'-'
        && hexadecimal(&header[53..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn id_of(headers: &[&str]) -> Option<String> {
        let mut request = Request::new();
        for header in headers {
            request.headers_mut().append(TRACEPARENT, HeaderValue::from_bytes(header.as_bytes()).unwrap());
        }
        Trace::of(&request).id().map(str::to_owned)
    }

    #[test]
    fn the_id_is_between_the_first_two_dashes() {
        assert_eq!(id_of(&[GOOD]).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert_eq!(id_of(&[&GOOD.replace("-01", "-ff")]).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    }

    #[test]
    fn anything_else_counts_as_none() {
        assert_eq!(id_of(&[]), None);
        assert_eq!(id_of(&[GOOD, GOOD]), None, "twice");
        for wrong in [
            "",
            "woof",
            &GOOD.replace("00-4", "01-4"),
            &GOOD.replace("00-4", "ff-4"),
            &GOOD.replace("4bf9", "4BF9"),
            &GOOD.replace("4bf9", "4bg9"),
            &GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &GOOD.replace("-01", "-0x"),
            &GOOD.replace("-01", ""),
            &GOOD.replace("-00f0", "_00f0"),
            &GOOD.replace("b7-01", "b7_01"),
            &format!("{GOOD}-more"),
            &format!(" {GOOD}"),
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-0",
        ] {
            assert_eq!(id_of(&[wrong]), None, "{wrong:?}");
        }
    }
}
