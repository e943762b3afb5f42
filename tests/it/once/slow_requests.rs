//! Requests that trickle in, a byte a second: none of them holds its connection for long, as none at all may.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::harness::http::Connection;
use crate::harness::{App, Database, wait};

/// No request holds a connection for longer, head and body together.
const LONGEST: Duration = Duration::from_secs(75);

const PACE: Duration = Duration::from_secs(1);

#[test]
fn a_request_that_trickles_in_is_given_up() {
    let app = App::start(&Database::fresh_sqlite());
    let (address, operations) = (app.address, app.operations);
    let head = "POST /api/v1/visits HTTP/1.1\r\nhost: dogs.example\r\n";
    let body = "content-length: 1000\r\n\r\n";
    let chunks = "transfer-encoding: chunked\r\n\r\n";
    // The head takes most of its own time, before the body has begun.
    let late = format!("{}\r\n\r\n", "y".repeat(20));
    std::thread::scope(|scope| {
        let held = |address, at_once: String, slowly: String| scope.spawn(move || trickle(address, &at_once, &slowly));
        let endless = || format!("x: {}", "y".repeat(1000));
        let heads = [
            held(address, head.into(), endless()),
            held(address, format!("GET /api/v1/visits HTTP/1.1\r\nhost: dogs.example\r\n\r\n{head}"), endless()),
        ];
        let bodies = [
            held(address, format!("{head}{body}"), "y".repeat(1000)),
            held(address, format!("{head}{chunks}"), "1\r\ny\r\n".repeat(200)),
            held(address, format!("{head}content-length: 1000\r\nx: "), late + &"y".repeat(1000)),
            held(operations, format!("{head}{body}"), "y".repeat(1000)),
        ];
        for head in heads {
            let (took, _) = head.join().unwrap();
            assert!(took < LONGEST, "a head held its connection for {took:?}");
        }
        for body in bodies {
            let (took, answer) = body.join().unwrap();
            assert!(took < LONGEST, "a body held its connection for {took:?}");
            assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
            let answer = answer.to_ascii_lowercase();
            assert!(answer.contains("connection: close") && answer.contains("cache-control: no-store"), "{answer}");
        }
    });
    assert_eq!(app.metric("dog_gif_visits_total"), Some(0.0));
    let route = r#"http_requests_total{method="POST",route="/api/v1/visits",status="408"}"#;
    assert_eq!(app.metric(route), Some(3.0), "{}", app.probe("/metrics").text());
}

/// nginx keeps a connection for 60 s. A server that closes it before may do so just when the next request is sent.
#[test]
fn a_connection_without_a_request_is_kept_for_longer_than_proxies_keep_it() {
    let app = App::start(&Database::fresh_sqlite());
    let mut connections = [app.address, app.operations].map(|address| Connection::open(address).unwrap());
    let mut ask = || {
        for connection in &mut connections {
            let answer = connection.ask("GET", "/livez", &[], b"").expect("an answer on a connection that was kept");
            assert!(matches!(answer.status, 200 | 404), "{answer:?}");
        }
    };
    ask();
    wait::pass(Duration::from_secs(61));
    ask();
}

/// Sends the one part at once and the other a byte a second, until the server hangs up; returns when it did, and what
/// it said.
fn trickle(address: SocketAddr, at_once: &str, slowly: &str) -> (Duration, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PACE)).unwrap();
    let begin = Instant::now();
    stream.write_all(at_once.as_bytes()).unwrap();
    let mut answer = Vec::new();
    for byte in slowly.bytes() {
        let sent = stream.write_all(&[byte]);
        let mut said = [0; 4096];
        match stream.read(&mut said) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&said[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
        if sent.is_err() || begin.elapsed() > LONGEST {
            break;
        }
    }
    (begin.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}
