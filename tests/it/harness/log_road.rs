//! The OpenTelemetry Collector, and behind it VictoriaLogs, which takes Loki's place: it understands the same OTLP.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::http::{ask, get};
use super::process::{Process, new_directory};
use super::server::free_port;
use super::{variable, wait};

/// Where the leg says that a program is.
fn program(name: &str) -> String {
    variable(name).unwrap_or_else(|| panic!("{name} names no program; `tests/run.sh logs` builds it and sets {name}"))
}

/// How a collector is run.
pub struct Settings {
    pub configuration: String,
    pub arguments: Vec<String>,
}

/// A collector of a node's log files; killed when dropped.
pub struct Collector {
    command: Vec<String>,
    variables: Vec<(&'static str, String)>,
    directory: PathBuf,
    address: Ipv4Addr,
    process: Process,
}

impl Collector {
    /// Starts one that sends what is below `logs` to `store`, and returns once it is healthy.
    pub fn start(settings: &Settings, logs: &Path, store: &LogStore) -> Self {
        let directory = new_directory("collector");
        let file = directory.join("relay.yaml");
        std::fs::write(&file, &settings.configuration).unwrap();
        let mut command = vec![program("TEST_COLLECTOR"), "--config".into(), file.display().to_string()];
        command.extend(settings.arguments.iter().cloned());
        let address = address_of_a_pod();
        let variables = vec![
            ("MY_POD_IP", address.to_string()),
            ("LOGS_OF_PODS", logs.display().to_string()),
            ("STATE", directory.join("state").display().to_string()),
            ("LOKI", format!("http://{}/insert/opentelemetry", store.address)),
        ];
        let process = start(&command, &variables, &directory, health(address));
        Self { command, variables, directory, address, process }
    }

    /// What it says of a configuration without running it, and whether it likes it.
    pub fn validate(settings: &Settings) -> (bool, String) {
        let file = new_directory("validate").join("relay.yaml");
        std::fs::write(&file, &settings.configuration).unwrap();
        let mut command = Command::new(program("TEST_COLLECTOR"));
        command.arg("validate").arg("--config").arg(&file).args(&settings.arguments);
        for name in ["MY_POD_IP", "LOGS_OF_PODS", "STATE", "LOKI"] {
            command.env(name, "http://127.0.0.1");
        }
        let output = command.output().expect("the collector");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// SIGKILL: it has no moment to put anything away.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// The next process, which has what the last one left on the disk.
    pub fn restart(&mut self) {
        self.process = start(&self.command, &self.variables, &self.directory, health(self.address));
    }

    /// Its own metrics.
    pub fn metrics(&self) -> String {
        ask((self.address, 8888).into(), "GET", "/metrics", &[], b"").text()
    }
}

/// Where the chart's probes ask a collector.
fn health(address: Ipv4Addr) -> (SocketAddr, &'static str) {
    ((address, 13_133).into(), "/")
}

/// The configuration names ports, as each pod has an address of its own; so has each collector here, and each run of the tests.
fn address_of_a_pod() -> Ipv4Addr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 64 + high % 128, low, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// VictoriaLogs; killed when dropped.
pub struct LogStore {
    pub address: SocketAddr,
    directory: PathBuf,
    process: Process,
}

impl LogStore {
    /// Starts an empty one, and returns once it answers.
    pub fn start() -> Self {
        let directory = new_directory("victoria-logs");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let process = Self::start_at(address, &directory);
        Self { address, directory, process }
    }

    /// SIGTERM, so that it has written what it has acknowledged: it is the collector that is tried.
    pub fn stop(&mut self) {
        self.process.signal(libc::SIGTERM);
        self.process.wait(wait::PATIENCE);
    }

    /// At the same address, with what it had.
    pub fn restart(&mut self) {
        self.process = Self::start_at(self.address, &self.directory);
    }

    /// The lines that a query of LogsQL gives, or the figures.
    pub fn query(&self, logsql: &str) -> Vec<Value> {
        let path = format!("/select/logsql/query?query={}", utf8_percent_encode(logsql, NON_ALPHANUMERIC));
        let answer = ask(self.address, "GET", &path, &[], b"");
        assert_eq!(answer.status, 200, "{logsql}: {}", answer.text());
        answer.text().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    fn start_at(address: SocketAddr, directory: &Path) -> Process {
        let command = [
            program("TEST_LOG_STORE"),
            format!("-httpListenAddr={address}"),
            format!("-storageDataPath={}", directory.join("data").display()),
            "-memory.allowedBytes=200MB".into(),
        ];
        start(&command, &[], directory, (address, "/health"))
    }
}

/// Starts a program, and returns once it answers there with 200.
fn start(
    command: &[String],
    variables: &[(&'static str, String)],
    directory: &Path,
    (address, path): (SocketAddr, &str),
) -> Process {
    let file = directory.join("log");
    let log = std::fs::File::options().create(true).append(true).open(&file).unwrap();
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).envs(variables.iter().map(|(name, value)| (name, value))).current_dir(directory);
    process.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
    let mut process = Process::spawn(process).expect("the program can be started");
    wait::until(&command[0], wait::PATIENCE, || {
        let said = || std::fs::read_to_string(&file).unwrap_or_default();
        assert!(process.has_ended().is_none(), "{} ended:\n{}", command[0], said());
        get(address, path).filter(|answer| answer.status == 200).map(drop)
    });
    process
}
