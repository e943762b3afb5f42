//! The real program: as a server on free ports, and as a command that ends.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http::{self, Answer};
use super::log::Lines;
use super::process::Process;
use super::{Database, variable, wait};

/// The binary that cargo built for these tests.
pub const BINARY: &str = env!("CARGO_BIN_EXE_dog-gif-app");

/// Kept from our environment: without them the program does not find its libraries on some systems.
const KEPT: [&str; 5] = ["PATH", "LD_LIBRARY_PATH", "MARIADB_PLUGIN_DIR", "TMPDIR", "LLVM_PROFILE_FILE"];

/// A running server.
pub struct App {
    pub process: Process,
    pub address: SocketAddr,
    pub operations: SocketAddr,
    pub log: Lines,
    pub errors: Lines,
}

impl App {
    /// Serves `database` with the default settings.
    pub fn start(database: &Database) -> Self {
        Self::start_with(database, &[])
    }

    /// Serves `database` with further settings, and returns once it listens.
    pub fn start_with(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::start_program(program(database, settings))
    }

    /// The same for a command made from [`program`].
    pub fn start_program(mut command: Command) -> Self {
        command.env("PORT", "0").env("OPS_PORT", "0");
        if !command.get_envs().any(|(name, _)| name == "REVISION") {
            command.env("REVISION", "abc1234");
        }
        command.stdin(Stdio::null());
        let mut process = Process::spawn(command).expect("the program can be started");
        let (log, errors) = (Lines::of(process.stdout()), Lines::of(process.stderr()));
        let listening = wait::until("listening", wait::PATIENCE, || {
            let ended = process.has_ended();
            assert!(ended.is_none(), "the server ended:\n{}\n{}", log.text(), errors.text());
            log.json().into_iter().find(|line| line["msg"] == "Listening")
        });
        let address = |field: &str| text(&listening[field]).parse().expect("an address");
        Self { address: address("address"), operations: address("operations"), process, log, errors }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        http::ask(self.address, method, path, headers, b"")
    }

    /// Asks the operations listener.
    pub fn probe(&self, path: &str) -> Answer {
        http::ask(self.operations, "GET", path, &[], b"")
    }

    pub fn wait_until_ready(&self) {
        wait::until("readiness", wait::PATIENCE, || (self.probe("/readyz").status == 200).then_some(()));
    }

    /// The value of one metric, by its full name with labels.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let text = self.probe("/metrics").text();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    pub fn terminate(&self) {
        self.process.signal(libc::SIGTERM);
    }

    /// Sends SIGTERM and waits for the end.
    pub fn stop(&mut self) -> ExitStatus {
        self.terminate();
        self.process.wait(wait::PATIENCE)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.process.kill();
        if !std::thread::panicking() {
            assert!(!self.log.text().contains("Panicked"), "a panic is in the log:\n{}", self.log.text());
            assert_eq!(self.errors.text(), "", "a server writes nothing to standard error");
        }
    }
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub output: String,
    pub errors: String,
}

impl Finished {
    /// What it printed, if it succeeded.
    pub fn successful(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.output, self.errors);
        self.output
    }
}

/// Runs the program with `arguments` to its end.
pub fn run(database: &Database, arguments: &[&str]) -> Finished {
    run_with(database, &[], arguments, b"")
}

/// The same, with further settings and something on standard input.
pub fn run_with(database: &Database, settings: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> Finished {
    let mut command = program(database, settings);
    command.args(arguments);
    finish(command, input)
}

/// Runs a command made from [`program`] to its end.
pub fn finish(mut command: Command, input: &[u8]) -> Finished {
    command.stdin(Stdio::piped());
    let mut process = Process::spawn(command).expect("the program can be started");
    let mut stdin = process.stdin().expect("standard input is piped");
    let input = input.to_vec();
    // A command that does not read its input closes it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let (output, errors) = (reader(process.stdout()), reader(process.stderr()));
    let code = process.wait(Duration::from_secs(120)).code().unwrap_or(-1);
    writer.join().unwrap();
    Finished { code, output: output.join().unwrap(), errors: errors.join().unwrap() }
}

fn reader(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("a pipe can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The program with nothing in its environment but `database`, `settings` and what it needs to start at all.
pub fn program(database: &Database, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear();
    command.envs(KEPT.iter().filter_map(|name| Some((name, variable(name)?))));
    command.envs(database.settings.iter().map(|(name, value)| (name, value)));
    command.envs(settings.iter().copied());
    command.current_dir(&database.directory);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The text of a JSON string.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// How long `work` takes, and what it returns.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let outcome = work();
    (begin.elapsed(), outcome)
}
