//! The programs under load, each writing its log to a file, as a container runtime would have it.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::app::{BINARY, program};
use crate::harness::process::{Process, new_directory};
use crate::harness::{Database, wait};

/// A running program; killed when dropped.
pub struct Running {
    process: Process,
    pub address: SocketAddr,
}

impl Running {
    /// The program itself.
    pub fn app(database: &Database) -> Self {
        Self::start(program(database, &[("PORT", "0"), ("OPS_PORT", "0")]), in_log)
    }

    /// What it is compared to: this bench, started again.
    pub fn comparison(database: &Database) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
        command.arg(crate::comparison::ARGUMENT).envs(database.settings.iter().cloned());
        Self::start(command, in_log)
    }

    /// Starts a program that tells its address in its output.
    pub fn start(mut command: Command, find_address: impl Fn(&str) -> Option<SocketAddr>) -> Self {
        let log: PathBuf = new_directory("log").join("log");
        command.env("LOG_FORMAT", "json").stdin(Stdio::null());
        command.stdout(File::create(&log).expect("the temporary directory can be written to")).stderr(Stdio::inherit());
        let process = Process::spawn(command).expect("the program can be started");
        let address = wait::until("listening", wait::PATIENCE, || {
            let text = std::fs::read_to_string(&log).ok()?;
            text.lines().find_map(&find_address)
        });
        Self { process, address }
    }

    /// A line of `/proc/PID/status` that is measured in kB, in MiB.
    pub fn memory(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with(name)).expect("the kernel tells");
        let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
        kilobytes / 1024.0
    }

    /// Seconds of CPU that it has used so far, the kernel's work for it included.
    pub fn cpu_seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("it runs");
        // The name, in parentheses, may hold anything; the 14th and 15th fields are ticks in and below it.
        let fields = text.rsplit(')').next().expect("a line").split_whitespace().skip(11).take(2);
        let ticks: f64 = fields.map(|field| field.parse::<f64>().expect("a number")).sum();
        // SAFETY: it only asks.
        ticks / unsafe { libc::sysconf(libc::_SC_CLK_TCK) } as f64
    }
}

/// The address in a line of the program's log.
fn in_log(line: &str) -> Option<SocketAddr> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    (line["msg"] == "Listening").then(|| line["address"].as_str()?.parse().ok()).flatten()
}

/// Size of the program in MiB.
pub fn binary_size() -> f64 {
    let bytes = std::fs::metadata(BINARY).expect("cargo has built it").len();
    bytes as f64 / 1024.0 / 1024.0
}
