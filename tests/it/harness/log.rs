//! What a process prints, line by line, while it runs.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use super::wait;

/// The lines of a stream; a thread reads them as they come.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let written = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                written.0.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
            }
        });
        lines
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Those that came after the first so many.
    pub fn after(&self, count: usize) -> Vec<String> {
        self.0.lock().unwrap().get(count..).unwrap_or_default().to_vec()
    }

    pub fn text(&self) -> String {
        self.all().join("\n")
    }

    /// Every line that is a JSON object.
    pub fn json(&self) -> Vec<Value> {
        self.all().iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The first log line that `wanted` likes; waits for it.
    pub fn wait_for(&self, what: &str, deadline: Duration, wanted: impl Fn(&Value) -> bool) -> Value {
        wait::until(&format!("the log line {what:?}"), deadline, || self.json().into_iter().find(|line| wanted(line)))
    }

    /// The first log line with this message; waits for it.
    pub fn message(&self, message: &str) -> Value {
        self.wait_for(message, wait::PATIENCE, |line| line["msg"] == message)
    }
}
