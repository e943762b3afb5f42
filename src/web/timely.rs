//! A connection that is given up when a request is not there in time.
//!
//! # Design
//! hyper has one timeout for the wait between two requests and for the head of the next, and starts a timer for each
//! request. The two are not the same: a head that trickles in is an attack, while a connection has to be kept for
//! longer than the proxy before us keeps it, or a request is sent just as it is closed, and a visitor gets a 502. So
//! hyper's is off, and the bytes are watched on their way; the timer is looked at when it ends.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// From the first byte of a head, or for the first head from the opening of the connection, to its end.
const HEAD: Duration = Duration::from_secs(30);

/// Between an answer and the next request. nginx keeps a connection for 60 s, Google's load balancers for 600 s.
const IDLE: Duration = Duration::from_secs(620);

/// A stream whose requests are in time.
pub struct Timely<S> {
    stream: S,
    requests: Requests,
    /// Ends at the deadline or before: it is only set anew when it has ended, or would be late.
    timer: Pin<Box<Sleep>>,
}

impl<S> Timely<S> {
    /// A connection that was just opened.
    pub fn new(stream: S) -> Self {
        let requests = Requests::begin(Instant::now());
        let timer = Box::pin(sleep_until(requests.deadline.unwrap_or_else(Instant::now)));
        Self { stream, requests, timer }
    }

    /// An error once the deadline is over.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(deadline) = self.requests.deadline else { return Poll::Pending };
        if deadline < self.timer.deadline() {
            self.timer.as_mut().reset(deadline);
        }
        while self.timer.as_mut().poll(context).is_ready() {
            if deadline <= self.timer.deadline() {
                return Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the request did not come in time")));
            }
            self.timer.as_mut().reset(deadline);
        }
        Poll::Pending
    }

    fn written(&mut self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(outcome, Poll::Ready(Ok(_))) {
            self.requests.answered(Instant::now());
        }
        outcome
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timely<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        match outcome {
            Poll::Ready(Ok(())) => self.requests.received(&buffer.filled()[before..], Instant::now),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => return self.poll_deadline(context),
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timely<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// How far the requests of a connection have come.
struct Requests {
    line: Line,
    /// By when a head has to be there; none while an answer is made, as its time is not the visitor's.
    deadline: Option<Instant>,
}

/// What has come since the last head ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Nothing, or empty lines, which do not count.
    Nothing,
    /// Something, and a line is not at its end.
    Begun,
    /// Something up to the end of a line: if the next one is empty, the head ends.
    Ended,
}

impl Requests {
    fn begin(now: Instant) -> Self {
        Self { line: Line::Nothing, deadline: Some(now + HEAD) }
    }

    /// Some bytes have come. A body is taken for a head that never ends; the time for bodies is `BodyLimit`'s.
    fn received(&mut self, bytes: &[u8], now: impl FnOnce() -> Instant) {
        let was = self.line;
        // Nearly every head comes in one piece, and nothing with it.
        if was == Line::Nothing && bytes.ends_with(b"\r\n\r\n") && !matches!(bytes[0], b'\r' | b'\n') {
            self.deadline = None;
            return;
        }
        for byte in bytes {
            self.line = match (self.line, byte) {
                (line, b'\r') => line,
                (Line::Nothing, b'\n') => Line::Nothing,
                (Line::Begun, b'\n') => Line::Ended,
                (Line::Ended, b'\n') => {
                    self.deadline = None;
                    Line::Nothing
                }
                _ => Line::Begun,
            };
        }
        if let Some(deadline) = self.deadline
            && was == Line::Nothing
            && self.line != Line::Nothing
        {
            self.deadline = Some(deadline.min(now() + HEAD));
        }
    }

    /// Some of an answer was written. When bytes have come behind the head that is answered, the next one has begun.
    fn answered(&mut self, now: Instant) {
        self.deadline = Some(now + if self.line == Line::Nothing { IDLE } else { HEAD });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: dogs.example\r\n\r\n";
    const SECOND: Duration = Duration::from_secs(1);

    /// Requests, the time at which their connection was opened, and a time in seconds after that.
    struct Trial(Requests, Instant);

    impl Trial {
        fn new() -> Self {
            let opened = Instant::now();
            Self(Requests::begin(opened), opened)
        }

        fn received(&mut self, bytes: &[u8], seconds: u32) {
            let now = self.1 + SECOND * seconds;
            self.0.received(bytes, || now);
        }

        fn answered(&mut self, seconds: u32) {
            self.0.answered(self.1 + SECOND * seconds);
        }

        /// Seconds after the opening.
        fn deadline(&self) -> Option<u64> {
            self.0.deadline.map(|deadline| (deadline - self.1).as_secs())
        }
    }

    #[test]
    fn a_connection_is_kept_between_requests_for_longer_than_proxies_keep_it() {
        let mut trial = Trial::new();
        for seconds in [0, 100, 700] {
            trial.received(REQUEST, seconds);
            assert_eq!(trial.deadline(), None, "an answer takes its time");
            trial.answered(seconds + 1);
            assert_eq!(trial.deadline(), Some(u64::from(seconds) + 621));
        }
    }

    #[test]
    fn the_first_head_has_thirty_seconds_from_the_opening() {
        let mut trial = Trial::new();
        assert_eq!(trial.deadline(), Some(30));
        trial.received(&REQUEST[..5], 20);
        trial.received(&REQUEST[5..6], 29);
        assert_eq!(trial.deadline(), Some(30));
        trial.received(&REQUEST[6..], 29);
        assert_eq!(trial.deadline(), None);
    }

    #[test]
    fn the_next_heads_have_thirty_seconds_from_their_first_byte() {
        let mut trial = Trial::new();
        trial.received(REQUEST, 0);
        trial.answered(0);
        trial.received(&REQUEST[..5], 100);
        assert_eq!(trial.deadline(), Some(130));
        trial.received(&REQUEST[5..9], 120);
        assert_eq!(trial.deadline(), Some(130));
        trial.received(&REQUEST[9..], 125);
        assert_eq!(trial.deadline(), None);
    }

    #[test]
    fn wherever_a_head_is_cut_its_end_is_seen() {
        for head in [REQUEST, b"GET / HTTP/1.1\nhost: dogs.example\n\n", b"\r\n\nGET / HTTP/1.1\r\nx: y\n\r\n"] {
            for cut in 0..head.len() {
                let mut trial = Trial::new();
                trial.received(&head[..cut], 1);
                assert_eq!(trial.deadline(), Some(30), "after {cut} bytes of {}", head.escape_ascii());
                trial.received(&head[cut..], 2);
                assert_eq!(trial.deadline(), None);
                trial.answered(3);
                assert_eq!(trial.deadline(), Some(623), "cut after {cut} bytes: {}", head.escape_ascii());
            }
        }
    }

    #[test]
    fn empty_lines_are_neither_a_head_nor_a_reason_to_wait_longer() {
        for lines in [b"\r\n\r\n".as_slice(), b"\n\n", b"\r\n\r\n\r\n\r\n"] {
            let mut trial = Trial::new();
            trial.received(lines, 10);
            trial.received(lines, 20);
            assert_eq!(trial.deadline(), Some(30));
            trial.received(REQUEST, 25);
            trial.answered(26);
            trial.received(lines, 30);
            assert_eq!(trial.deadline(), Some(646));
        }
    }

    #[test]
    fn a_head_that_has_begun_behind_a_request_has_thirty_seconds_from_the_answer() {
        let mut trial = Trial::new();
        trial.received(&[REQUEST, &REQUEST[..9]].concat(), 0);
        assert_eq!(trial.deadline(), None);
        trial.answered(5);
        trial.received(&REQUEST[9..11], 34);
        assert_eq!(trial.deadline(), Some(35));
        trial.received(&REQUEST[11..], 34);
        assert_eq!(trial.deadline(), None);
        trial.answered(35);
        assert_eq!(trial.deadline(), Some(655));
    }
}
