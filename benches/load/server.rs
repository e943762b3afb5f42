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
        Self::start(program(database, &[("PORT", "0"), ("OPS_PORT", "0")]))
    }

    /// What it is compared to: this bench, started again.
    pub fn comparison(database: &Database) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
        command.arg(crate::comparison::ARGUMENT).envs(database.settings.iter().cloned());
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let log: PathBuf = new_directory("log").join("log");
        command.env("LOG_FORMAT", "json").stdin(Stdio::null());
        command.stdout(File::create(&log).expect("the temporary directory can be written to")).stderr(Stdio::inherit());
        let process = Process::spawn(command).expect("the program can be started");
        let address = wait::until("listening", wait::PATIENCE, || {
            let text = std::fs::read_to_string(&log).ok()?;
            let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            let listening = lines.into_iter().find(|line| line["msg"] == "Listening")?;
            listening["address"].as_str()?.parse().ok()
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
}

/// Size of the program in MiB.
pub fn binary_size() -> f64 {
    let bytes = std::fs::metadata(BINARY).expect("cargo has built it").len();
    bytes as f64 / 1024.0 / 1024.0
}
