//! Three hosts in network namespaces of their own, joined by two bridges that can be left: one for visits, and one for what
//! the members of a group have to say to each other.
//!
//! The test itself runs again in a namespace that holds the bridges, so that nothing of it is seen outside, and nothing
//! stays behind.

use std::io::Write;
use std::process::{Command, Stdio};

use super::group::MEMBERS;
use super::process::Process;
use super::server::{Host, TEMPLATE, kind, template};
use super::variable;
use super::wait;

/// Set in the process that runs inside.
const INSIDE: &str = "TEST_INSIDE_NETWORK";

/// As root, and as somebody whom the kernel lets play root.
const WAYS: [&[&str]; 2] = [&["--net"], &["--map-root-user", "--net"]];

/// The bridges in the order of their networks, 10.77.0.0/24 and 10.77.1.0/24.
const BRIDGES: [&str; 2] = ["visits", "members"];

/// What a host is cut off from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Everything,
    /// Only from the other members: visits still reach it.
    Group,
}

/// The hosts; they end with the value.
pub struct Network {
    hosts: [Host; MEMBERS],
    _namespaces: Vec<Process>,
}

impl Network {
    /// Inside, the network. Outside, runs `test` inside and returns nothing: it has passed then. Where the kernel
    /// allows no namespaces, says so for the summary.
    pub fn enter(test: &str) -> Option<Self> {
        if variable(INSIDE).is_some() {
            return Some(Self::build());
        }
        let can = |way: &&&[&str]| {
            succeeds(Command::new("unshare").args(**way).args(["ip", "link", "set", "lo", "up"]).stderr(Stdio::null()))
        };
        let Some(way) = WAYS.iter().find(can) else {
            // Past the test runner, which shows nothing of a test that passes.
            let needs = "root, or the right to make network namespaces, and iproute2";
            writeln!(std::io::stdout(), "\n!!! NOT RUN: {test} (it needs {needs})").expect("output");
            return None;
        };
        let mut command = Command::new("unshare");
        command.args(*way).arg(std::env::current_exe().expect("a program knows its path"));
        command.args([test, "--exact", "--include-ignored", "--nocapture"]);
        let run = command
            .env(INSIDE, "1")
            .env(TEMPLATE, template(kind()))
            .stdin(Stdio::null())
            .output()
            .expect("unshare is there");
        let told = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
        assert!(told.contains("1 passed"), "{told}");
        // Its figures; that it has passed, we say ourselves.
        told.lines().filter(|line| line.starts_with("  [")).for_each(|figures| println!("\n{figures}"));
        None
    }

    fn build() -> Self {
        ip("link set lo up");
        for (network, bridge) in BRIDGES.iter().enumerate() {
            ip(&format!("link add {bridge} type bridge"));
            ip(&format!("address add 10.77.{network}.1/24 dev {bridge}"));
            ip(&format!("link set {bridge} up"));
        }
        let namespaces: Vec<Process> = (0..MEMBERS).map(build_host).collect();
        let host = |member: usize| Host {
            address: format!("10.77.0.1{member}"),
            group_address: format!("10.77.1.1{member}"),
            enter: enter(namespaces[member].id()),
        };
        Self { hosts: [host(0), host(1), host(2)], _namespaces: namespaces }
    }

    pub fn hosts(&self) -> &[Host; MEMBERS] {
        &self.hosts
    }

    /// From now on no packet reaches `member` or comes from it. Nobody is told.
    pub fn cut_off(&self, member: usize, from: From) {
        ip(&format!("link set members{member} down"));
        if from == From::Everything {
            ip(&format!("link set visits{member} down"));
        }
    }

    pub fn reconnect(&self, member: usize) {
        for bridge in BRIDGES {
            ip(&format!("link set {bridge}{member} up"));
        }
    }
}

/// A namespace lives as long as a process in it.
fn build_host(member: usize) -> Process {
    let mut command = Command::new("unshare");
    command.args(["--net", "sleep", "infinity"]).stdin(Stdio::null());
    let namespace = Process::spawn(command).expect("unshare is there");
    let id = namespace.id();
    let of = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/net")).expect("a process");
    wait::until("a namespace", wait::PATIENCE, || (of(&id.to_string()) != of("self")).then_some(()));
    let inside = |what: &str| {
        let entered = enter(id);
        let done = succeeds(Command::new(&entered[0]).args(&entered[1..]).arg("ip").args(what.split(' ')));
        assert!(done, "in the namespace of member {member}: ip {what}");
    };
    inside("link set lo up");
    for (network, bridge) in BRIDGES.iter().enumerate() {
        ip(&format!("link add {bridge}{member} type veth peer name eth{network} netns {id}"));
        ip(&format!("link set {bridge}{member} master {bridge} up"));
        inside(&format!("address add 10.77.{network}.1{member}/24 dev eth{network}"));
        inside(&format!("link set eth{network} up"));
    }
    namespace
}

/// What a command begins with to be carried out in the namespace of a process.
fn enter(process: u32) -> Vec<String> {
    vec!["nsenter".into(), format!("--net=/proc/{process}/ns/net")]
}

fn ip(what: &str) {
    assert!(succeeds(Command::new("ip").args(what.split(' '))), "ip {what}");
}

fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
