//! Children that die with the tests: on drop, at exit, and by the kernel's hand when the tests are killed.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use super::wait;

/// A child process; killed with SIGKILL when dropped.
pub struct Process {
    child: Child,
    status: Option<ExitStatus>,
}

impl Process {
    pub fn spawn(command: Command) -> io::Result<Self> {
        let child = spawn_for_life(command)?;
        living().push(child.id());
        Ok(Self { child, status: None })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    pub fn stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("standard output is piped, and taken once")
    }

    pub fn stderr(&mut self) -> ChildStderr {
        self.child.stderr.take().expect("standard error is piped, and taken once")
    }

    pub fn signal(&self, signal: i32) {
        // Not waited for yet, so that the number cannot have gone to another process.
        if self.status.is_none() {
            send(self.id(), signal);
        }
    }

    /// Stops it from doing anything. The signal alone only asks for that: what a thread has begun, such as a
    /// commit, may still happen.
    pub fn freeze(&self) {
        self.signal(libc::SIGSTOP);
        wait::until("standstill", wait::PATIENCE, || threads_stand_still(self.id()).then_some(()));
    }

    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        if self.status.is_none()
            && let Some(status) = self.child.try_wait().expect("a child can be waited for")
        {
            self.status = Some(status);
            living().retain(|&id| id != self.child.id());
        }
        self.status
    }

    pub fn wait(&mut self, deadline: Duration) -> ExitStatus {
        wait::until("the end of a process", deadline, || self.has_ended())
    }

    pub fn kill(&mut self) {
        self.signal(libc::SIGKILL);
        self.wait(wait::PATIENCE);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether the kernel says `T`, stopped, of every thread of a process.
fn threads_stand_still(id: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).expect("a running process");
    threads.flatten().all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The state follows the name, which is in parentheses and may hold anything.
        status.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    })
}

/// A new directory of its own for `name`; all of them are removed when the tests end.
pub fn new_directory(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let path = run_directory().join(format!("{name}-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
    std::fs::create_dir_all(&path).expect("the temporary directory can be written to");
    path
}

/// A named pipe that nobody writes to.
pub fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

const PREFIX: &str = "dog-gif-it-";

fn run_directory() -> &'static PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        sweep();
        // Short, as the path of a socket must fit into 107 bytes.
        let path = PathBuf::from("/tmp").join(format!("{PREFIX}{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("/tmp can be written to");
        // SAFETY: the handler is a plain function that touches no thread-local state.
        unsafe { libc::atexit(clean_up) };
        path
    })
}

/// Removes what test runs left behind that were killed.
fn sweep() {
    for entry in std::fs::read_dir("/tmp").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(id) = name.strip_prefix(PREFIX) else { continue };
        if !PathBuf::from("/proc").join(id).exists() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Statics are never dropped, so servers shared by tests are ended here.
extern "C" fn clean_up() {
    for id in living().drain(..) {
        send(id, libc::SIGKILL);
    }
    let _ = std::fs::remove_dir_all(run_directory());
}

fn living() -> std::sync::MutexGuard<'static, Vec<u32>> {
    static LIVING: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    LIVING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn send(id: u32, signal: i32) {
    let id = libc::pid_t::try_from(id).expect("process ids are small");
    // SAFETY: kill takes any numbers; `id` is a child of ours that was not waited for.
    unsafe { libc::kill(id, signal) };
}

type Order = (Command, Sender<io::Result<Child>>);

/// Spawns from a thread that lives as long as the process: the death signal is sent when the *thread*
/// that spawned a child ends, and each test has a thread of its own.
fn spawn_for_life(mut command: Command) -> io::Result<Child> {
    static NURSERY: OnceLock<Sender<Order>> = OnceLock::new();
    // SAFETY: prctl is async-signal-safe, as is required between fork and exec.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        });
    }
    let orders = NURSERY.get_or_init(|| {
        let (orders, received) = channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in received {
                let _ = answer.send(command.spawn());
            }
        });
        orders
    });
    let (answer, spawned) = channel();
    orders.send((command, answer)).expect("the nursery never ends");
    spawned.recv().expect("the nursery answers")
}
