//! A proxy between the program and its database: it cuts lines exactly when a visit is committed, falls silent
//! without closing any, and remembers what clients sent.
//!
//! # Design
//! The usual commit of a batch is one prepared UPDATE of `visit_counter`, that of a visit alone the same in text,
//! and the contended one ends with `COMMIT`; so the proxy reads the packets of the MySQL protocol, learns from
//! COM_STMT_PREPARE and its answer which statement counts visits, and looks out for its COM_STMT_EXECUTE, for its
//! text, and for `COMMIT` there.
//!
//! While a line is silent nothing goes through it in either direction, the end of a connection neither. Nothing is
//! lost: what was sent meanwhile arrives afterwards, however late, as TCP would have it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::wait;

/// Where lines are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees the statement.
    Before,
    /// The server has carried it out; its answer is swallowed.
    After,
}

/// Most bytes remembered of each connection.
const REMEMBERED_BYTES: usize = 64 * 1024;

/// How the statement begins that counts visits.
const COUNTING: &[u8] = b"UPDATE visit_counter JOIN";

const COM_QUERY: u8 = 0x03;
const COM_STMT_PREPARE: u8 = 0x16;
const COM_STMT_EXECUTE: u8 = 0x17;

/// A running proxy; it ends with the tests.
pub struct Proxy {
    pub port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    server_port: AtomicU16,
    plan: Mutex<Option<Plan>>,
    /// Milliseconds before each byte of the server; 0 for as fast as it comes.
    pause_milliseconds: AtomicU64,
    statements: Tally,
    commits: Tally,
    sent: Mutex<Vec<Arc<Mutex<Vec<u8>>>>>,
    silence: Silence,
}

/// Which lines are silent. Lines are numbered from 0 in the order they came.
#[derive(Default)]
struct Silence {
    lines: Mutex<Lines>,
    changed: Condvar,
}

#[derive(Default)]
struct Lines {
    opened: usize,
    /// The lines that say nothing.
    silent: Range<usize>,
}

impl Silence {
    fn number_line(&self) -> usize {
        let mut lines = self.lines.lock().unwrap();
        lines.opened += 1;
        lines.opened - 1
    }

    fn change(&self, silent: impl FnOnce(&Lines) -> Range<usize>) {
        let mut lines = self.lines.lock().unwrap();
        lines.silent = silent(&lines);
        self.changed.notify_all();
    }

    /// Returns as soon as the line `number` may speak.
    fn wait(&self, number: usize) {
        let lines = self.lines.lock().unwrap();
        drop(self.changed.wait_while(lines, |lines| lines.silent.contains(&number)).unwrap());
    }
}

#[derive(Clone, Copy)]
struct Plan {
    cut: Cut,
    one_in: u32,
}

/// One kind of commit: how many came by, and how many of them were cut.
#[derive(Default)]
struct Tally {
    seen: AtomicU32,
    cut: AtomicU32,
}

impl Proxy {
    /// Passes connections on to `server_port` on this machine.
    pub fn start(server_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        state.server_port.store(server_port, Ordering::Relaxed);
        let shared = state.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let state = shared.clone();
                std::thread::spawn(move || drop(pass_on(&client, &state)));
            }
        });
        Self { port, state }
    }

    /// From now on cuts at every `one_in`-th commit of either kind.
    pub fn cut(&self, cut: Cut, one_in: u32) {
        *self.state.plan.lock().unwrap() = Some(Plan { cut, one_in });
    }

    pub fn leave_alone(&self) {
        *self.state.plan.lock().unwrap() = None;
    }

    /// Nothing goes through any more, also on new connections, and none is closed.
    pub fn fall_silent(&self) {
        self.state.silence.change(|_| 0..usize::MAX);
    }

    /// Nothing goes through the connections of now any more, and none is closed; new ones work.
    pub fn silence_open_lines(&self) {
        self.state.silence.change(|lines| 0..lines.opened);
    }

    /// Nothing goes through connections that come from now on, and none is closed; those of now work.
    pub fn silence_new_lines(&self) {
        self.state.silence.change(|lines| lines.opened..usize::MAX);
    }

    /// Everything goes through again, first what has waited.
    pub fn speak(&self) {
        self.state.silence.change(|_| 0..0);
    }

    /// From now on passes on the server's answers byte by byte, each after `pause`.
    pub fn trickle(&self, pause: Duration) {
        self.state.pause_milliseconds.store(u64::try_from(pause.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// How many counting UPDATEs and how many COMMITs were cut.
    pub fn cuts(&self) -> (u32, u32) {
        (self.state.statements.cut.load(Ordering::Relaxed), self.state.commits.cut.load(Ordering::Relaxed))
    }

    /// What each client has sent so far.
    pub fn sent(&self) -> Vec<Vec<u8>> {
        self.state.sent.lock().unwrap().iter().map(|bytes| bytes.lock().unwrap().clone()).collect()
    }
}

fn pass_on(client: &TcpStream, state: &Arc<State>) -> io::Result<()> {
    let number = state.silence.number_line();
    state.silence.wait(number);
    let server = TcpStream::connect(("127.0.0.1", state.server_port.load(Ordering::Relaxed)));
    let Ok(server) = server else { return client.shutdown(Shutdown::Both) };
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let line = Arc::new(Line { number, ..Line::default() });
    let back =
        Back { client: client.try_clone()?, server: server.try_clone()?, state: state.clone(), line: line.clone() };
    std::thread::spawn(move || back.run());
    let sent = Arc::default();
    state.sent.lock().unwrap().push(Arc::clone(&sent));
    let mut forth = Forth { state, sent, line, pending: Vec::new() };
    let _ = forth.run(client, &server);
    let _ = server.shutdown(Shutdown::Both);
    client.shutdown(Shutdown::Both)
}

/// What both directions of a connection know.
#[derive(Default)]
struct Line {
    number: usize,
    /// The next bytes of the server are the answer to a commit, and are not passed on.
    swallow: AtomicBool,
    /// The next bytes of the server begin with the number of the counting statement.
    preparing: AtomicBool,
    /// The number of the counting statement; 0 before there is one.
    counting: AtomicU32,
}

/// From server to client.
struct Back {
    client: TcpStream,
    server: TcpStream,
    state: Arc<State>,
    line: Arc<Line>,
}

impl Back {
    fn run(mut self) {
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = self.server.read(&mut buffer);
            self.state.silence.wait(self.line.number);
            let Ok(length @ 1..) = read else { break };
            // Head of the packet, 0 for success, and the statement's number.
            if self.line.preparing.swap(false, Ordering::SeqCst)
                && let Some([0, a, b, c, d]) = buffer[4..length].first_chunk()
            {
                self.line.counting.store(u32::from_le_bytes([*a, *b, *c, *d]), Ordering::SeqCst);
            }
            // The first bytes after a commit are its answer: the server has carried it out.
            if self.line.swallow.load(Ordering::SeqCst) || self.send(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        for (position, byte) in bytes.iter().enumerate() {
            match self.state.pause_milliseconds.load(Ordering::Relaxed) {
                0 => return self.client.write_all(&bytes[position..]),
                pause => wait::pass(Duration::from_millis(pause)),
            }
            self.client.write_all(&[*byte])?;
        }
        Ok(())
    }
}

/// From client to server.
struct Forth<'a> {
    state: &'a State,
    sent: Arc<Mutex<Vec<u8>>>,
    line: Arc<Line>,
    /// The beginning of a packet whose end is still to come.
    pending: Vec<u8>,
}

impl Forth<'_> {
    fn run(&mut self, mut client: &TcpStream, mut server: &TcpStream) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = client.read(&mut buffer);
            self.state.silence.wait(self.line.number);
            let length = read?;
            if length == 0 {
                return Ok(());
            }
            self.remember(&buffer[..length]);
            match self.look_at(&buffer[..length]) {
                Some(Cut::Before) => return Ok(()),
                Some(Cut::After) => self.line.swallow.store(true, Ordering::SeqCst),
                None => {}
            }
            server.write_all(&buffer[..length])?;
        }
    }

    fn remember(&self, bytes: &[u8]) {
        let mut sent = self.sent.lock().unwrap();
        let room = REMEMBERED_BYTES.saturating_sub(sent.len());
        sent.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn look_at(&mut self, bytes: &[u8]) -> Option<Cut> {
        self.pending.extend_from_slice(bytes);
        let mut cut = None;
        while let Some(length) = packet_length(&self.pending) {
            let packet: Vec<u8> = self.pending.drain(..length).collect();
            cut = cut.or(self.look_at_packet(packet[3], &packet[4..]));
        }
        cut
    }

    /// A command begins a new sequence; its number is 0.
    fn look_at_packet(&mut self, sequence: u8, payload: &[u8]) -> Option<Cut> {
        let (0, Some((&command, rest))) = (sequence, payload.split_first()) else { return None };
        let counting = self.line.counting.load(Ordering::SeqCst);
        let tally = match command {
            COM_STMT_PREPARE => {
                self.line.preparing.store(rest.starts_with(COUNTING), Ordering::SeqCst);
                return None;
            }
            COM_STMT_EXECUTE if rest.starts_with(&counting.to_le_bytes()) => &self.state.statements,
            COM_QUERY if rest.starts_with(COUNTING) => &self.state.statements,
            COM_QUERY if counting > 0 && rest == b"COMMIT" => &self.state.commits,
            _ => return None,
        };
        let plan = (*self.state.plan.lock().unwrap())?;
        if !(tally.seen.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(plan.one_in) {
            return None;
        }
        tally.cut.fetch_add(1, Ordering::Relaxed);
        Some(plan.cut)
    }
}

/// The length of the first packet with its head, once all of it is there.
fn packet_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.first_chunk::<4>()?;
    let length = 4 + usize::from(head[0]) + (usize::from(head[1]) << 8) + (usize::from(head[2]) << 16);
    (bytes.len() >= length).then_some(length)
}
