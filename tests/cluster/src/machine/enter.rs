//! Into the machine and out of it. The program runs three times: outside (holds the lock, the ports and the
//! signals, and cleans up), as the machine's first process (takes in orphans), and inside (does the work).
//! When the outside ends, for whatever reason, the kernel ends the rest.

#![allow(unsafe_code, reason = "acts between fork and exec, and handles signals")]

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::mount::{MsFlags, mount};
use nix::sys::signal::{SigHandler, SigSet, Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::{cgroups, directories, forward, network, requirements};

/// Which of the three this is; unset outside.
const STAGE: &str = "DOG_GIF_APP_CLUSTER_STAGE";

/// What a machine is to be.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Names its directory, its lock and its control group; two of different names can run side by side.
    pub name: String,
    /// Ports of the host's 127.0.0.1 that will lead into it.
    pub ports: Vec<u16>,
    /// Whether containers will run in it.
    pub containers: bool,
    /// Whether to run until a signal is the regular way, so that one is no failure.
    pub until_signal: bool,
}

/// The inside.
#[derive(Debug)]
pub struct Machine {
    pub name: String,
    pub data: PathBuf,
    targets: forward::Targets,
}

impl Machine {
    /// Leads a port of the plan to an address of the machine.
    pub fn lead(&self, port: u16, target: std::net::SocketAddr) {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).insert(port, target);
    }

    /// The control group for pods, as the kubelet wants it.
    pub fn cgroup(&self) -> String {
        cgroup(&self.name)
    }
}

/// Returns inside. Outside it runs `before` (what needs the host's network), starts the inside with the same
/// arguments, and ends with its status.
pub fn enter(plan: &Plan, before: impl FnOnce() -> Result<()>) -> Result<Machine> {
    match std::env::var(STAGE).as_deref() {
        Ok("inside") => inside(plan),
        Ok(_) => first_process(),
        Err(_) => std::process::exit(outside(plan, before)?),
    }
}

fn outside(plan: &Plan, before: impl FnOnce() -> Result<()>) -> Result<i32> {
    requirements::control_plane()?;
    if plan.containers {
        requirements::node()?;
    }
    let data = directories::data(&plan.name)?;
    let parent = data.parent().context("the data directory has a parent")?;
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let _lock = lock(&data)?;
    let listeners = plan.ports.iter().map(|port| requirements::port(*port)).collect::<Result<Vec<_>>>()?;
    before()?;
    // From here on signals are waited for, by every thread that is to come.
    let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
    signals.thread_block().context("cannot block signals")?;
    requirements::disk(parent, 2.0)?;
    // What a killed predecessor could not remove.
    clean(plan, &data)?;
    std::fs::create_dir_all(&data)?;
    if plan.containers {
        cgroups::make(&cgroup(&plan.name))?;
    }
    for listener in listeners {
        forward::listen(listener, data.join("forward.sock"))?;
    }
    let status = run(plan, signals);
    let cleaned = clean(plan, &data);
    let status = status?;
    cleaned?;
    Ok(status)
}

/// Holds the machine's name for as long as this process lives.
fn lock(data: &Path) -> Result<File> {
    let path = data.with_extension("lock");
    let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path)?;
    if file.try_lock().is_err() {
        let process = std::fs::read_to_string(&path).unwrap_or_default();
        bail!(
            "A cluster runs already (process {}, data in {}); end it first, with Ctrl-C where it runs.",
            process.trim(),
            data.display()
        );
    }
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())?;
    Ok(file)
}

/// Starts the inside and waits for its end, which a signal brings about.
fn run(plan: &Plan, signals: SigSet) -> Result<i32> {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    if !requirements::is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.arg(std::env::current_exe()?).args(std::env::args_os().skip(1)).env(STAGE, "first");
    // Out of the terminal's reach: Ctrl-C is for this process alone, which then ends all others at once.
    command.process_group(0);
    // SAFETY: both are system calls that allocate nothing, as is required between fork and exec.
    unsafe {
        command.pre_exec(|| {
            // Kept for when the first process listens: it would be lost on one that does not yet.
            SigSet::from(Signal::SIGTERM).thread_set_mask()?;
            nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
            Ok(())
        });
    }
    let mut child = command.spawn().context("cannot run unshare")?;
    let stopped = AtomicBool::new(false);
    let first = first_child(&mut child)?;
    let status = std::thread::scope(|scope| -> Result<_> {
        let stopped = &stopped;
        let waiter = scope.spawn(move || {
            loop {
                match signals.wait() {
                    // Sent below, once there is nothing left to end.
                    Ok(Signal::SIGHUP) if stopped.load(Ordering::SeqCst) => return false,
                    Ok(_) => {
                        // The first process takes everything in the machine with it, containers too.
                        let _ = kill(first, Signal::SIGTERM);
                        return true;
                    }
                    Err(_) => {}
                }
            }
        });
        let status = child.wait()?;
        stopped.store(true, Ordering::SeqCst);
        let _ = kill(Pid::this(), Signal::SIGHUP);
        let by_signal = waiter.join().unwrap_or(false);
        Ok(match (by_signal, plan.until_signal) {
            (true, true) => 0,
            (true, false) => 130,
            (false, _) => status.code().unwrap_or(1),
        })
    })?;
    Ok(status)
}

/// The machine's first process, as the host numbers it.
fn first_child(unshare: &mut Child) -> Result<Pid> {
    let path = format!("/proc/{0}/task/{0}/children", unshare.id());
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let children = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some(id) = children.split_whitespace().next() {
            return Ok(Pid::from_raw(id.parse()?));
        }
        if let Some(status) = unshare.try_wait()? {
            bail!("unshare has ended ({status}) before the machine began");
        }
        if Instant::now() > deadline {
            unshare.kill()?;
            bail!("unshare started nothing within 10 s");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn clean(plan: &Plan, data: &Path) -> Result<()> {
    if data.exists() {
        // Logs outlive a machine only on request: `KEEP_LOGS=directory`, as CI wants them.
        if let Some(keep) = std::env::var_os("KEEP_LOGS") {
            keep_logs(&data.join("log"), Path::new(&keep));
        }
        // Argo CD closes its clones to everybody, which keeps out all but root.
        if !requirements::is_root() {
            Command::new("chmod").args(["-R", "u+rwX"]).arg(data).status().context("cannot run chmod")?;
        }
        std::fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))?;
    }
    if plan.containers {
        cgroups::remove(&cgroup(&plan.name))?;
    }
    Ok(())
}

fn keep_logs(from: &Path, to: &Path) {
    let _ = std::fs::create_dir_all(to);
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        let _ = std::fs::copy(entry.path(), to.join(entry.file_name()));
    }
}

/// Process 1 has one duty the kernel gives it: to take in orphans, such as the shims of containers.
fn first_process() -> Result<Machine> {
    end_when_told()?;
    let child = Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(STAGE, "inside")
        .spawn()
        .context("cannot start inside the machine")?;
    let worker = Pid::from_raw(i32::try_from(child.id())?);
    loop {
        match waitpid(None, None) {
            Ok(WaitStatus::Exited(id, code)) if id == worker => std::process::exit(code),
            Ok(WaitStatus::Signaled(id, signal, _)) if id == worker => std::process::exit(128 + signal as i32),
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error).context("cannot wait for the inside"),
        }
    }
}

/// Without a handler the kernel keeps SIGTERM from a first process, and of SIGKILL unshare would complain.
fn end_when_told() -> Result<()> {
    extern "C" fn end(signal: i32) {
        // SAFETY: a system call, which a handler may make.
        unsafe { nix::libc::_exit(128 + signal) }
    }
    // SAFETY: the handler does nothing but end the process.
    unsafe { nix::sys::signal::signal(Signal::SIGTERM, SigHandler::Handler(end)) }.context("cannot handle SIGTERM")?;
    SigSet::empty().thread_set_mask().context("cannot unblock signals")
}

fn inside(plan: &Plan) -> Result<Machine> {
    // Volumes are mounted by the kubelet and seen by containers, which only shared mounts allow.
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_SHARED, None::<&str>)
        .context("cannot share mounts")?;
    // containerd, runc and the CNI plugins keep things in /run; so they do not outlive the machine. NixOS finds
    // its programs there.
    let system = std::fs::read_link("/run/current-system").ok();
    mount(Some("tmpfs"), "/run", Some("tmpfs"), MsFlags::empty(), Some("mode=755")).context("cannot mount /run")?;
    if let Some(system) = system {
        std::os::unix::fs::symlink(system, "/run/current-system")?;
    }
    network::bring_up()?;
    let data = directories::data(&plan.name)?;
    know_no_names(&data)?;
    let targets = forward::Targets::default();
    forward::answer(&data.join("forward.sock"), targets.clone())?;
    Ok(Machine { name: plan.name.clone(), data, targets })
}

/// The host's name server cannot be reached from here, and who asks it waits for half a minute: a kubelet that pulls an
/// image cannot even end the pod meanwhile. Nobody listens at this one, which is an answer.
fn know_no_names(data: &Path) -> Result<()> {
    let path = Path::new("/etc/resolv.conf");
    // Elsewhere it is a link into /run, and gone already.
    if !path.exists() {
        return Ok(());
    }
    let own = data.join("resolv.conf");
    std::fs::write(&own, "nameserver 127.0.0.1\n").with_context(|| format!("cannot write {}", own.display()))?;
    mount(Some(&own), path, None::<&str>, MsFlags::MS_BIND, None::<&str>)
        .with_context(|| format!("cannot mount {}", path.display()))
}

fn cgroup(name: &str) -> String {
    format!("dog-gif-app-{name}")
}
