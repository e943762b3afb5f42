//! The processes of the machine: each with a log file, each known by name, none outliving the machine.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How to start one.
#[derive(Clone, Debug)]
pub struct Process {
    pub name: &'static str,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
}

impl Process {
    pub fn new<A: Into<String>>(
        name: &'static str,
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { name, program: program.into(), arguments, environment: Vec::new() }
    }

    pub fn environment<K: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.environment.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }
}

/// Those that were started.
#[derive(Debug)]
pub struct Processes {
    logs: PathBuf,
    running: Mutex<BTreeMap<&'static str, (Process, Option<Child>)>>,
}

impl Processes {
    pub fn new(logs: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;
        Ok(Self { logs, running: Mutex::new(BTreeMap::new()) })
    }

    /// Starts a process; what it says goes to its log.
    pub fn start(&self, process: Process) -> Result<()> {
        let child = self.spawn(&process)?;
        if let Some((_, Some(_))) = self.lock().insert(process.name, (process.clone(), Some(child))) {
            bail!("two processes are named {}", process.name);
        }
        Ok(())
    }

    /// Ends a process, politely at first.
    pub fn stop(&self, name: &str) -> Result<()> {
        self.end(name, Signal::SIGTERM)
    }

    /// Ends a process as a crash would.
    pub fn kill(&self, name: &str) -> Result<()> {
        self.end(name, Signal::SIGKILL)
    }

    /// Starts a process that was ended, as it was.
    pub fn start_again(&self, name: &str) -> Result<()> {
        let process = match self.lock().get(name) {
            Some((process, None)) => process.clone(),
            Some(_) => bail!("{name} is running"),
            None => bail!("no process was ever named {name}"),
        };
        self.start(process)
    }

    /// Its process id, while it runs.
    pub fn id(&self, name: &str) -> Option<u32> {
        self.lock().get(name).and_then(|(_, child)| child.as_ref().map(Child::id))
    }

    /// An error that names a process which has ended by itself, with the last of what it said.
    pub fn check(&self) -> Result<()> {
        for (name, (_, child)) in self.lock().iter_mut() {
            if let Some(status) = child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                *child = None;
                bail!(
                    "{name} has ended ({status}); {} says at last:\n{}",
                    self.log(name).display(),
                    self.last_lines(name, 8)
                );
            }
        }
        Ok(())
    }

    /// Where a process writes to.
    pub fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// Resident memory in MiB, by name.
    pub fn memory(&self) -> Vec<(&'static str, u64)> {
        self.lock()
            .iter()
            .filter_map(|(name, (_, child))| {
                let status = std::fs::read_to_string(format!("/proc/{}/status", child.as_ref()?.id())).ok()?;
                let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
                Some((*name, line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024))
            })
            .collect()
    }

    fn spawn(&self, process: &Process) -> Result<Child> {
        let log = OpenOptions::new().create(true).append(true).open(self.log(process.name))?;
        Command::new(&process.program)
            .args(&process.arguments)
            .envs(process.environment.iter().map(|(name, value)| (name, value)))
            .stdin(File::open("/dev/null")?)
            .stdout(log.try_clone()?)
            .stderr(log)
            // A group of its own: signals from a terminal are for the program that started the machine.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {} ({})", process.name, process.program.display()))
    }

    fn end(&self, name: &str, signal: Signal) -> Result<()> {
        let child = self.lock().get_mut(name).and_then(|(_, child)| child.take());
        let Some(mut child) = child else { bail!("{name} is not running") };
        let id = Pid::from_raw(i32::try_from(child.id())?);
        kill(id, signal).with_context(|| format!("cannot end {name}"))?;
        let deadline = Instant::now() + Duration::from_secs(10);
        while child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn last_lines(&self, name: &str, count: usize) -> String {
        let text = std::fs::read(self.log(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, (Process, Option<Child>)>> {
        self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
