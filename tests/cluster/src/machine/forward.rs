//! Ports of the host's loopback address that lead into the machine. The two sides share a file system but no
//! network, so they meet at a Unix socket: outside names the port that was called, inside knows where it leads.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// Where ports lead, as the inside sees it.
pub type Targets = Arc<Mutex<BTreeMap<u16, SocketAddr>>>;

/// Outside: takes calls on a port, for ever.
pub fn listen(listener: TcpListener, socket: PathBuf) -> Result<()> {
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for call in listener.incoming().flatten() {
            let socket = socket.clone();
            // A call that leads nowhere is closed; there is nobody to tell but the caller.
            thread::spawn(move || call_through(call, &socket, port));
        }
    });
    Ok(())
}

/// Inside: connects the calls that outside passes on.
pub fn answer(socket: &Path, targets: Targets) -> Result<()> {
    let listener = UnixListener::bind(socket).with_context(|| format!("cannot listen at {}", socket.display()))?;
    thread::spawn(move || {
        for call in listener.incoming().flatten() {
            let targets = Arc::clone(&targets);
            thread::spawn(move || connect(call, &targets));
        }
    });
    Ok(())
}

fn call_through(call: TcpStream, socket: &Path, port: u16) -> std::io::Result<()> {
    let mut inside = UnixStream::connect(socket)?;
    writeln!(inside, "{port}")?;
    let (back, from_inside) = (call.try_clone()?, inside.try_clone()?);
    thread::spawn(move || {
        copy(from_inside, &back);
        let _ = back.shutdown(Shutdown::Write);
    });
    copy(call, &inside);
    inside.shutdown(Shutdown::Write)
}

fn connect(call: UnixStream, targets: &Targets) -> std::io::Result<()> {
    let mut from_outside = BufReader::new(call.try_clone()?);
    let mut line = String::new();
    from_outside.read_line(&mut line)?;
    let target = line
        .trim()
        .parse()
        .ok()
        .and_then(|port: u16| targets.lock().unwrap_or_else(PoisonError::into_inner).get(&port).copied());
    let Some(target) = target else { return Ok(()) };
    let there = TcpStream::connect_timeout(&target, Duration::from_secs(5))?;
    let back = there.try_clone()?;
    thread::spawn(move || {
        copy(back, &call);
        let _ = call.shutdown(Shutdown::Write);
    });
    copy(from_outside, &there);
    there.shutdown(Shutdown::Write)
}

/// Until one side ends or breaks; then the other is told by the caller.
fn copy(mut from: impl Read, mut to: impl Write) {
    let _ = std::io::copy(&mut from, &mut to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_leads_where_the_inside_says() {
        let directory = std::env::temp_dir().join(format!("dog-gif-cluster-forward-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory");
        let socket = directory.join("forward.sock");
        let echo = TcpListener::bind("127.0.0.1:0").expect("a port");
        let outside = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = outside.local_addr().expect("an address").port();
        let targets = Targets::default();
        targets.lock().expect("no panic").insert(port, echo.local_addr().expect("an address"));
        answer(&socket, targets).expect("listening inside");
        listen(outside, socket).expect("listening outside");
        thread::spawn(move || {
            let (mut call, _) = echo.accept().expect("a call");
            let mut text = String::new();
            call.read_to_string(&mut text).expect("text");
            call.write_all(text.to_uppercase().as_bytes()).expect("an answer");
        });
        let mut call = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        call.write_all(b"dog").expect("a request");
        call.shutdown(Shutdown::Write).expect("its end");
        let mut answer = String::new();
        call.read_to_string(&mut answer).expect("an answer");
        assert_eq!(answer, "DOG");
        std::fs::remove_dir_all(directory).expect("cleaned up");
    }
}
