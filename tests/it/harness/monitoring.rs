//! Prometheus, its tools and Alertmanager.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::http::get;
use super::process::{Process, new_directory};
use super::server::free_port;
use super::{variable, wait};

/// The path of `prometheus`, `promtool`, `alertmanager` or `amtool`: where TEST_PROMETHEUS says, or unpacked before.
pub fn program(name: &str) -> PathBuf {
    let unpacked = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/prometheus/bin");
    let directory = variable("TEST_PROMETHEUS").map_or_else(|| unpacked.into(), PathBuf::from);
    let program = directory.join(name);
    assert!(program.exists(), "there is no {}; tests/scripts/provision/prometheus.sh brings it", program.display());
    program
}

/// A Prometheus on a free port; killed when dropped.
pub struct Prometheus {
    pub address: SocketAddr,
    _process: Process,
}

impl Prometheus {
    /// A configuration that scrapes the operations listener at `operations` every second, which gets these labels too.
    pub fn scraping(operations: SocketAddr, labels: &str) -> String {
        format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nscrape_configs:\n  - job_name: dog-gif-app\n    \
             static_configs:\n      - {{targets: ['{operations}'], labels: {{{labels}}}}}\n"
        )
    }

    /// Starts one with this configuration and these rules; returns once it answers.
    pub fn start(configuration: &str, rules: Option<&str>) -> Self {
        let directory = new_directory("prometheus");
        let mut configuration = configuration.to_string();
        if let Some(rules) = rules {
            std::fs::write(directory.join("rules.yaml"), rules).unwrap();
            configuration += "rule_files: [rules.yaml]\n";
        }
        let file = directory.join("prometheus.yaml");
        std::fs::write(&file, configuration).unwrap();
        let (address, _process) = start("prometheus", &directory, |address| {
            vec![
                format!("--config.file={}", file.display()),
                format!("--storage.tsdb.path={}", directory.join("data").display()),
                format!("--web.listen-address={address}"),
            ]
        });
        Self { address, _process }
    }

    /// The series that an expression gives now.
    pub fn query(&self, expression: &str) -> Vec<Value> {
        self.ask("query", expression)["result"].as_array().expect("a vector").clone()
    }

    /// The series that an expression gives from `begin` to `end`, in seconds since 1970, every second; or why it is refused.
    pub fn query_range(&self, expression: &str, begin: f64, end: f64) -> Result<Vec<Value>, String> {
        let expression = utf8_percent_encode(expression, NON_ALPHANUMERIC);
        let path = format!("/api/v1/query_range?query={expression}&start={begin}&end={end}&step=1");
        let answer = super::http::ask(self.address, "GET", &path, &[], b"").json();
        match answer["data"]["result"].as_array() {
            Some(series) => Ok(series.clone()),
            None => Err(answer["error"].as_str().unwrap_or_default().into()),
        }
    }

    /// The expression as Prometheus understands it.
    pub fn parse(&self, expression: &str) -> Value {
        self.ask("parse_query", expression)
    }

    fn ask(&self, what: &str, expression: &str) -> Value {
        let path = format!("/api/v1/{what}?query={}", utf8_percent_encode(expression, NON_ALPHANUMERIC));
        let answer = super::http::ask(self.address, "GET", &path, &[], b"").json();
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
        answer["data"].clone()
    }
}

/// An Alertmanager; killed when dropped.
pub struct Alertmanager {
    address: SocketAddr,
    _process: Process,
}

impl Alertmanager {
    /// Starts one that tells one webhook everything at once, and returns once it answers.
    pub fn start(webhook: SocketAddr) -> Self {
        Self::configured(&format!(
            "route: {{receiver: webhook, group_by: [alertname, severity], group_wait: 0s, group_interval: 1s}}\n\
             receivers:\n  - name: webhook\n    webhook_configs: [{{url: 'http://{webhook}/', send_resolved: true}}]\n"
        ))
    }

    /// The same with a configuration of one's own.
    pub fn configured(configuration: &str) -> Self {
        let directory = new_directory("alertmanager");
        let file = directory.join("alertmanager.yaml");
        std::fs::write(&file, configuration).unwrap();
        let (address, _process) = start("alertmanager", &directory, |address| {
            vec![
                format!("--config.file={}", file.display()),
                format!("--storage.path={}", directory.join("data").display()),
                format!("--web.listen-address={address}"),
                "--cluster.listen-address=".into(),
            ]
        });
        Self { address, _process }
    }

    /// Tells it of alerts, as Prometheus does.
    pub fn tell(&self, alerts: &Value) {
        let headers = [("Content-Type", "application/json")];
        let answer = super::http::ask(self.address, "POST", "/api/v2/alerts", &headers, alerts.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// What a Prometheus is told to find it.
    pub fn as_target(&self) -> String {
        format!("alerting:\n  alertmanagers:\n    - static_configs: [{{targets: ['{}']}}]\n", self.address)
    }
}

/// Starts a server, and returns once it says that it is ready. Someone else may take the port meanwhile.
fn start(name: &str, directory: &Path, arguments: impl Fn(SocketAddr) -> Vec<String>) -> (SocketAddr, Process) {
    let log = directory.join("log");
    for _ in 0..5 {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut command = Command::new(program(name));
        command.args(arguments(address)).current_dir(directory).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(std::fs::File::create(&log).unwrap());
        let mut process = Process::spawn(command).expect("the server's program can be started");
        let is_ready = || get(address, "/-/ready").is_some_and(|answer| answer.status == 200);
        let is_up = wait::until(name, wait::PATIENCE, || {
            if process.has_ended().is_some() { Some(false) } else { is_ready().then_some(true) }
        });
        if is_up {
            return (address, process);
        }
    }
    panic!("{name} does not start:\n{}", std::fs::read_to_string(&log).unwrap_or_default());
}
