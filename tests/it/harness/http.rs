//! HTTP/1.1 by hand: tests see every byte, and 64 visitors cost little.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longer than any answer takes, so that a hang fails the test.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

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

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// The visitor's number on a page or in an answer of the API; none where there is none.
    pub fn visitor(&self) -> Option<i64> {
        if self.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            return self.json()["visitor"].as_i64();
        }
        let page = self.text();
        let (_, after) = page.split_once("You are visitor")?;
        let number = after.trim_start_matches(|letter: char| letter.is_whitespace()).trim_start();
        let number = if number.starts_with('<') { number.split_once('>')?.1 } else { number };
        let digits: String =
            number.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
        digits.parse().ok()
    }
}

/// A connection that is kept open from one request to the next.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        Self::on(TcpStream::connect_timeout(&address, Duration::from_secs(5))?)
    }

    /// On a stream that is open already.
    pub fn on(stream: TcpStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        stream.set_write_timeout(Some(READ_TIMEOUT))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: dogs.example\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!("content-length: {}\r\n", body.len());
        }
        let mut request = (request + "\r\n").into_bytes();
        request.extend_from_slice(body);
        self.send(&request)?;
        self.answer(method == "HEAD")
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(bytes)
    }

    /// Reads one answer; one to HEAD has no body, whatever its length says.
    pub fn answer(&mut self, to_head: bool) -> io::Result<Answer> {
        let mut answer = self.head()?;
        let status = answer.status;
        if !(to_head || status == 204 || status == 304 || status < 200) {
            answer.body = self.body(&answer)?;
        }
        Ok(answer)
    }

    /// Reads the head of an answer, and leaves its body where it is.
    pub fn head(&mut self) -> io::Result<Answer> {
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| broken(&format!("no status in {status_line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
        }
        Ok(Answer { status, headers, body: Vec::new() })
    }

    fn body(&mut self, answer: &Answer) -> io::Result<Vec<u8>> {
        if answer.header("transfer-encoding") == Some("chunked") {
            return self.chunks();
        }
        match answer.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => self.exactly(length),
            None if answer.header("connection") == Some("close") => {
                let mut body = Vec::new();
                self.0.read_to_end(&mut body)?;
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
        self.0.read_exact(&mut body)?;
        Ok(body)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line)?;
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

/// One request on a connection of its own.
pub fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    Connection::open(address)
        .and_then(|mut connection| connection.ask(method, path, headers, body))
        .unwrap_or_else(|error| panic!("{method} {path} on {address}: {error}"))
}

/// What somebody answers to GET, if there is somebody.
pub fn get(address: SocketAddr, path: &str) -> Option<Answer> {
    Connection::open(address).and_then(|mut connection| connection.ask("GET", path, &[], b"")).ok()
}
