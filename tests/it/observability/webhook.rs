//! Where Alertmanager sends its notifications in tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::wait;

/// An alert as it arrived.
#[derive(Debug, Clone)]
pub struct Notified {
    pub at: Instant,
    pub name: String,
    pub severity: String,
    pub is_firing: bool,
    pub runbook: String,
    pub description: String,
}

/// A listener for webhooks, and what has arrived there.
pub struct Webhook {
    pub address: SocketAddr,
    arrived: Arc<Mutex<Vec<Notified>>>,
}

impl Webhook {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::<Mutex<Vec<Notified>>>::default();
        let written = arrived.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let told = body_of(stream);
                written.lock().unwrap().extend(told["alerts"].as_array().unwrap().iter().map(notified));
            }
        });
        Self { address, arrived }
    }

    pub fn all(&self) -> Vec<Notified> {
        self.arrived.lock().unwrap().clone()
    }

    /// The first time since `begin` that the alert fires, or resolves; waits for it.
    pub fn wait_for(
        &self,
        name: &str,
        severity: &str,
        is_firing: bool,
        begin: Instant,
        deadline: Duration,
    ) -> Notified {
        let is_it = |told: &Notified| {
            told.name == name && told.severity == severity && told.is_firing == is_firing && told.at >= begin
        };
        let what = format!("{name} ({severity}) that {}", if is_firing { "fires" } else { "resolves" });
        wait::until(&what, deadline, || self.all().into_iter().find(is_it))
    }
}

/// Reads one request, and answers that it was understood.
fn body_of(stream: TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    reader.get_mut().write_all(answer).unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn notified(alert: &Value) -> Notified {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    Notified {
        at: Instant::now(),
        name: text(&alert["labels"]["alertname"]),
        severity: text(&alert["labels"]["severity"]),
        is_firing: alert["status"] == "firing",
        runbook: text(&alert["annotations"]["runbook_url"]),
        description: text(&alert["annotations"]["description"]),
    }
}
