//! Runs wrk and reads what it prints.

use std::net::SocketAddr;
use std::process::Command;

use crate::server::Running;

/// How long one run takes: long enough for thousands of batches, short enough for many runs.
const RUN_SECONDS: u32 = 3;

/// What one run measured.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Answers per second.
    pub per_second: f64,
    /// Median latency in milliseconds.
    pub p50: f64,
    /// 99th percentile of the latency in milliseconds.
    pub p99: f64,
    /// Microseconds of the server's CPU for each answer; none for a server that is not asked.
    pub cpu: Option<f64>,
}

/// The same, and what it costs `server`.
pub fn run_on(server: &Running, path: &str, connections: u32) -> Run {
    let before = server.cpu_seconds();
    let run = run(server.address, path, connections);
    let used = server.cpu_seconds() - before;
    Run { cpu: Some(used * 1e6 / (run.per_second * f64::from(RUN_SECONDS))), ..run }
}

/// Loads `path` over `connections` keep-alive connections, on loopback.
pub fn run(address: SocketAddr, path: &str, connections: u32) -> Run {
    let duration = format!("{RUN_SECONDS}s");
    let output = Command::new("wrk")
        .args(["-t1", "--latency", "-d", &duration, "-c", &connections.to_string()])
        .arg(format!("http://{address}{path}"))
        .output()
        .expect("wrk is installed; try `make tools`");
    let text = String::from_utf8_lossy(&output.stdout);
    // wrk's own timeout of 2 s is no error here: the comparison may be that slow.
    let sound = !text.contains("Socket errors") || text.contains("connect 0, read 0, write 0");
    assert!(sound && !text.contains("Non-2xx"), "{path}: {text}");
    let after = |label: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(label));
        line.and_then(|line| line.split_whitespace().last()).unwrap_or_else(|| panic!("no {label} in {text}"))
    };
    Run {
        per_second: after("Requests/sec:").parse().expect("a number"),
        p50: milliseconds(after("50%")),
        p99: milliseconds(after("99%")),
        cpu: None,
    }
}

/// The median run by answers per second.
pub fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
    runs[runs.len() / 2]
}

/// `1.25ms`, `830.00us` and `1.02s`, all in milliseconds.
fn milliseconds(text: &str) -> f64 {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: f64 = digits.parse().expect("a number");
    match &text[digits.len()..] {
        "us" => number / 1000.0,
        "ms" => number,
        "s" => number * 1000.0,
        unit => panic!("unknown unit {unit}"),
    }
}
