//! HTTP/1.1 by hand, plain or in TLS: a test sees who closed what, and chooses address, name and authority apart.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use native_tls::{Certificate, HandshakeError, TlsConnector, TlsStream};

/// Longer than any answer takes, so that a hang is a failure with a sentence.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to ask, and as whom.
#[derive(Clone)]
pub struct Target {
    dial: Arc<dyn Fn() -> io::Result<TcpStream> + Send + Sync>,
    host: String,
    tls: Option<(String, TlsConnector)>,
}

impl Target {
    /// Plain HTTP. `dial` connects (from a network namespace of the cluster, say); `host` goes into the header.
    pub fn http(host: &str, dial: impl Fn() -> io::Result<TcpStream> + Send + Sync + 'static) -> Self {
        Self { dial: Arc::new(dial), host: host.to_string(), tls: None }
    }

    /// HTTPS that believes this authority (PEM) and no other; `host` is the name in the handshake and in the header.
    pub fn https(
        host: &str,
        authority: &[u8],
        dial: impl Fn() -> io::Result<TcpStream> + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let connector = TlsConnector::builder()
            .disable_built_in_roots(true)
            .add_root_certificate(Certificate::from_pem(authority)?)
            .build()?;
        Ok(Self { dial: Arc::new(dial), host: host.to_string(), tls: Some((host.to_string(), connector)) })
    }

    /// The same handshake with another name in the Host header.
    pub fn with_host(&self, host: &str) -> Self {
        Self { host: host.to_string(), ..self.clone() }
    }

    pub fn open(&self) -> Result<Connection, Failure> {
        let stream = (self.dial)().map_err(|error| Failure::before_an_answer("connect", &error))?;
        let prepare = || {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream.set_nodelay(true)
        };
        prepare().map_err(|error| Failure::before_an_answer("connect", &error))?;
        let stream = match &self.tls {
            None => Stream::Plain(stream),
            Some((name, connector)) => Stream::Tls(Box::new(connector.connect(name, stream).map_err(handshake)?)),
        };
        Ok(Connection { stream: BufReader::new(stream), host: self.host.clone() })
    }

    /// One request on a connection of its own.
    pub fn ask(&self, method: &str, path: &str) -> Result<Answer, Failure> {
        self.open()?.ask(method, path)
    }
}

fn handshake(error: HandshakeError<TcpStream>) -> Failure {
    Failure::before_an_answer("TLS handshake", &error)
}

/// Why there is no answer.
#[derive(Debug)]
pub struct Failure {
    sentence: String,
    /// The connection ended before one byte came back: a server that closed it while idle never read the request.
    pub(super) nothing_came: bool,
}

impl Failure {
    fn before_an_answer(doing: &str, error: &dyn fmt::Display) -> Self {
        Self { sentence: format!("{doing}: {error}"), nothing_came: true }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The visitor's number on the page or in the API's answer; none where there is none.
    pub fn visitor(&self) -> Option<i64> {
        if self.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            return serde_json::from_slice::<serde_json::Value>(&self.body).ok()?["visitor"].as_i64();
        }
        let page = self.text();
        let (_, after) = page.split_once("You are visitor")?;
        let number = after.trim_start();
        let number = if number.starts_with('<') { number.split_once('>')?.1 } else { number };
        let digits = number.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',');
        digits.collect::<String>().parse().ok()
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

/// A connection that may serve several requests.
pub struct Connection {
    stream: BufReader<Stream>,
    host: String,
}

impl Connection {
    /// The server's certificate (DER); none on plain HTTP.
    pub fn certificate(&self) -> Option<Vec<u8>> {
        match self.stream.get_ref() {
            Stream::Plain(_) => None,
            Stream::Tls(stream) => stream.peer_certificate().ok()??.to_der().ok(),
        }
    }

    pub fn ask(&mut self, method: &str, path: &str) -> Result<Answer, Failure> {
        let length = if method == "POST" { "content-length: 0\r\n" } else { "" };
        let request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{length}\r\n", self.host);
        self.send(request.as_bytes()).map_err(|error| Failure::before_an_answer("send", &error))?;
        match self.stream.fill_buf() {
            Ok([]) => return Err(Failure::before_an_answer("answer", &"the connection was closed")),
            Ok(_) => {}
            Err(error) => {
                let hung = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
                return Err(Failure { nothing_came: !hung, ..Failure::before_an_answer("answer", &error) });
            }
        }
        self.answer().map_err(|error| Failure { sentence: format!("answer cut: {error}"), nothing_came: false })
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.stream.get_mut() {
            Stream::Plain(stream) => stream.write_all(bytes),
            Stream::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| broken(&format!("no status in {status_line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        if status != 204 && status != 304 {
            answer.body = self.body(&answer)?;
        }
        Ok(answer)
    }

    fn body(&mut self, answer: &Answer) -> io::Result<Vec<u8>> {
        if answer.header("transfer-encoding") == Some("chunked") {
            return self.chunks();
        }
        match answer.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => self.exactly(length),
            None if answer.header("connection") == Some("close") => {
                let mut body = Vec::new();
                self.stream.read_to_end(&mut body)?;
                Ok(body)
            }
            None => Ok(Vec::new()),
        }
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(self.line()?.trim(), 16).map_err(|_| broken("a bad chunk"))?;
            body.extend(self.exactly(size)?);
            self.line()?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_read_off_the_page() {
        let answer = |body: &str| Answer { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
        assert_eq!(answer("<p>You are visitor <b>1,234</b></p>").visitor(), Some(1234));
        assert_eq!(answer("<p>Nothing here</p>").visitor(), None);
    }
}
