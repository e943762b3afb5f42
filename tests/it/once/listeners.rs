//! A listener that the system takes away: the process does not live on deaf.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process::Stdio;
use std::time::Duration;

use crate::harness::app::{program, text};
use crate::harness::log::Lines;
use crate::harness::process::Process;
use crate::harness::{Database, http, wait};

#[test]
fn without_its_website_the_process_ends_with_an_error() {
    ends_without("address", "the website");
}

#[test]
fn without_its_operations_listener_the_process_ends_with_an_error() {
    ends_without("operations", "the operations listener");
}

fn ends_without(field: &str, name: &str) {
    let database = Database::fresh_sqlite();
    let mut command = program(&database, &[("PORT", "0"), ("OPS_PORT", "0"), ("DRAIN_SECONDS", "60")]);
    command.stdin(Stdio::null());
    let mut process = Process::spawn(command).unwrap();
    let (log, errors) = (Lines::of(process.stdout()), Lines::of(process.stderr()));
    let listening = log.message("Listening");
    let port = |field: &str| text(&listening[field]).rsplit(':').next().unwrap().parse::<u16>().unwrap();
    let website = ([127, 0, 0, 1], port("address")).into();
    assert_eq!(http::ask(website, "POST", "/api/v1/visits", &[], b"").status, 201);

    break_listener(process.id(), port(field));
    assert_eq!(process.wait(Duration::from_secs(10)).code(), Some(1));
    let line = log.message("Stopping, as a part has ended");
    let told = format!("{name} has ended: Invalid argument");
    assert!(text(&line["cause"]).contains(&told) && line["level"] == "error", "{line}");
    wait::until("a sentence for people", wait::PATIENCE, || errors.text().contains(&told).then_some(()));
    log.message("Stopped");
    assert_eq!(database.total(), 1);
}

/// Shuts down the socket that process `id` listens on at `port`: `accept` fails there from now on.
fn break_listener(id: u32, port: u16) {
    let inode = listening_inode(port);
    let descriptors = std::fs::read_dir(format!("/proc/{id}/fd")).unwrap().flatten();
    let is_it = |path: &std::path::PathBuf| std::fs::read_link(path).is_ok_and(|to| to.to_string_lossy() == inode);
    let path = descriptors.map(|entry| entry.path()).find(is_it).expect("the socket is the program's");
    let number: i32 = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
    // SAFETY: these calls take no pointers, and what they return is checked and then owned here.
    unsafe {
        let process = owned(libc::syscall(libc::SYS_pidfd_open, id, 0));
        let socket = owned(libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), number, 0));
        assert_eq!(libc::shutdown(socket.as_raw_fd(), libc::SHUT_RD), 0, "{}", std::io::Error::last_os_error());
    }
}

/// # Safety
/// `descriptor` belongs to nobody else.
unsafe fn owned(descriptor: libc::c_long) -> OwnedFd {
    assert!(descriptor >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: open, as it is not negative, and nobody else's, as the caller promises.
    unsafe { OwnedFd::from_raw_fd(i32::try_from(descriptor).unwrap()) }
}

/// What /proc calls the socket that listens at `port` on loopback.
fn listening_inode(port: u16) -> String {
    const LISTEN: &str = "0A";
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let wanted = format!("0100007F:{port:04X}");
    let mut rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row.len() > 9 && row[1] == wanted && row[3] == LISTEN).expect("it listens");
    format!("socket:[{}]", row[9])
}
