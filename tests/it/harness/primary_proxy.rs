//! HAProxy in front of a group, as the cluster's operator sets it up: it leads to the primary, wherever that is.
//!
//! HAProxy asks an agent of ours over HTTP, one port for each member, and the agent asks the member over the network that
//! visits would take.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::group::TAKES_WRITES;
use super::process::{Process, new_directory};
use super::server::{PASSWORD, USER, free_port};
use super::{Group, Server, wait};

/// What becomes of open sessions when a member is no longer fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenSessions {
    /// They are cut, as they should be.
    Cut,
    /// They are kept, as is HAProxy's default.
    Kept,
}

/// How often members are asked, and how soon the answer counts.
pub const CHECK: &str = "check inter 1s fall 2 rise 1";

/// What cuts open sessions.
pub const CUT: &str = "on-marked-down shutdown-sessions";

/// A running HAProxy; it ends with the value.
pub struct PrimaryProxy {
    pub port: u16,
    _process: Process,
}

impl PrimaryProxy {
    /// Leads to the primary of `group`; returns once the others are known to be none.
    pub fn start(group: &Group, sessions: OpenSessions) -> Self {
        let (port, directory) = (free_port(), new_directory("haproxy"));
        let (file, socket) = (directory.join("haproxy.cfg"), directory.join("socket"));
        std::fs::write(&file, configuration(port, &socket, group, sessions)).expect("a file can be written");
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Process::spawn(command).expect("haproxy is installed; try `make tools`");
        wait::until("haproxy", wait::PATIENCE, || {
            assert!(process.has_ended().is_none(), "haproxy does not start with {}", file.display());
            (members_up(&socket)? == 1).then_some(())
        });
        Self { port, _process: process }
    }
}

/// How many members HAProxy takes for the primary. At its start that is all of them; one that has failed a first check is
/// `UP 1/2`.
fn members_up(socket: &Path) -> Option<usize> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.write_all(b"show stat\n").ok()?;
    let mut table = String::new();
    stream.read_to_string(&mut table).ok()?;
    let is_up = |line: &&str| {
        line.starts_with("primary,member") && line.split(',').nth(17).is_some_and(|status| status.starts_with("UP"))
    };
    Some(table.lines().filter(is_up).count())
}

fn configuration(port: u16, socket: &Path, group: &Group, sessions: OpenSessions) -> String {
    let cut = match sessions {
        OpenSessions::Cut => CUT,
        OpenSessions::Kept => "",
    };
    let servers = group.members.iter().enumerate().map(|(number, member)| {
        let (address, member_port, agent) = (member.address(), member.port, start_agent(member));
        format!("  server member{number} {address}:{member_port} addr 127.0.0.1 port {agent} {CHECK} {cut}\n")
    });
    let servers: String = servers.collect();
    format!(
        "global\n  maxconn 512\n  stats socket {}\n\
         defaults\n  mode tcp\n  retries 10\n  timeout connect 5s\n  timeout client 8h\n  timeout server 8h\n\
         listen primary\n  bind 127.0.0.1:{port}\n  option clitcpka\n  option srvtcpka\n\
         \x20 option httpchk GET /\n  timeout check 1s\n{servers}",
        socket.display()
    )
}

/// Answers on the returned port whether `member` takes writes; it ends with the tests.
fn start_agent(member: &Server) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let member = url(member);
    std::thread::spawn(move || {
        for question in listener.incoming().map_while(Result::ok) {
            let member = member.clone();
            // A member that is frozen keeps this thread waiting, and HAProxy for no longer than it likes.
            std::thread::spawn(move || drop(answer(&question, takes_writes(&member))));
        }
    });
    port
}

fn url(member: &Server) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (user, password) = (encoded(USER), encoded(PASSWORD));
    let (address, port) = (member.address(), member.port);
    format!("mysql://{user}:{password}@host={address};port={port};connect-timeout=1/")
}

fn answer(mut question: &TcpStream, takes_writes: bool) -> std::io::Result<()> {
    for line in BufReader::new(question).lines() {
        if line?.is_empty() {
            break;
        }
    }
    let status = if takes_writes { "200 OK" } else { "503 Service Unavailable" };
    write!(question, "HTTP/1.0 {status}\r\ncontent-length: 0\r\n\r\n")
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn takes_writes(member: &str) -> bool {
    let answer = MysqlConnection::establish(member)
        .ok()
        .and_then(|mut connection| diesel::sql_query(TAKES_WRITES).get_result::<Answer>(&mut connection).ok());
    answer.is_some_and(|answer| answer.number == 1)
}
