//! A server in front of the registry: it answers as told, and passes on what it is told nothing about.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use ureq::Agent;
use ureq::http;

#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Its method and path, as rules compare them.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn status(status: u16) -> Self {
        let body = br#"{"errors": [{"code": "UNKNOWN", "message": "as the test wants it"}]}"#.to_vec();
        Self { status, headers: Vec::new(), body }
    }

    pub fn json(body: &Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() }
            .with("Content-Type", "application/json")
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

pub type Rule = Box<dyn Fn(&Request) -> Option<Response> + Send + Sync>;

/// Stops with the process: tests are short.
pub struct Front {
    pub host: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Front {
    /// The first rule that answers wins.
    pub fn start(upstream: &str, rules: Vec<Rule>) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = socket.local_addr().expect("an address").to_string();
        let seen = Arc::<Mutex<Vec<Request>>>::default();
        let (rules, upstream, log) = (Arc::new(rules), upstream.to_owned(), seen.clone());
        thread::spawn(move || {
            for stream in socket.incoming().flatten() {
                let (rules, upstream, log) = (rules.clone(), upstream.clone(), log.clone());
                thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    log.lock().expect("the log").push(request.clone());
                    let answer = rules.iter().find_map(|rule| rule(&request));
                    let answer = answer.unwrap_or_else(|| pass_on(&upstream, &request));
                    let _ = write(stream, &request, answer);
                });
            }
        });
        Self { host, seen }
    }

    /// Every request with this beginning.
    pub fn seen(&self, line: &str) -> Vec<Request> {
        let seen = self.seen.lock().expect("the log");
        seen.iter().filter(|request| request.line().starts_with(line)).cloned().collect()
    }
}

pub fn rule(rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> Rule {
    Box::new(rule)
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    let length = request.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn pass_on(upstream: &str, request: &Request) -> Response {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let mut passed =
        http::Request::builder().method(request.method.as_str()).uri(format!("http://{upstream}{}", request.path));
    for name in ["Accept", "Content-Type"] {
        if let Some(value) = request.header(name) {
            passed = passed.header(name, value);
        }
    }
    let mut answer = agent.run(passed.body(request.body.clone()).expect("a request")).expect("the registry answers");
    let mut response = Response { status: answer.status().as_u16(), headers: Vec::new(), body: Vec::new() };
    for name in ["Content-Type", "Docker-Content-Digest", "Link", "Content-Length"] {
        if let Some(value) = answer.headers().get(name).and_then(|value| value.to_str().ok()) {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    response.body = answer.body_mut().read_to_vec().unwrap_or_default();
    response
}

fn write(mut stream: TcpStream, request: &Request, response: Response) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} As told\r\nConnection: close\r\n", response.status);
    if !response.headers.iter().any(|(name, _)| name == "Content-Length") {
        head += &format!("Content-Length: {}\r\n", response.body.len());
    }
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    if request.method != "HEAD" {
        stream.write_all(&response.body)?;
    }
    stream.flush()
}
