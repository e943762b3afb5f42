//! `make observe`: beside a running program, and gone with one Ctrl-C.

use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::harness::http::get;
use crate::harness::log::Lines;
use crate::harness::process::Process;
use crate::harness::server::free_port;
use crate::harness::tree::root;
use crate::harness::{App, Database, wait};

#[test]
fn observe_scrapes_the_program_and_ends_with_one_interrupt() {
    let mut app = App::start(&Database::migrated());
    assert_eq!(app.get("/").visitor(), Some(1));
    let port = free_port();
    // What runs in the background of a shell ignores interrupts, and so would the script.
    let mut command = Command::new("env");
    command.args(["--default-signal=INT", "bash", "tests/scripts/observe.sh"]);
    command.current_dir(root()).stdin(Stdio::null());
    command.env("OPS_PORT", app.operations.port().to_string()).env("PROMETHEUS_PORT", port.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut observe = Process::spawn(command).expect("bash");
    let (told, errors) = (Lines::of(observe.stdout()), Lines::of(observe.stderr()));
    // The one is asked for by the script itself, and the other recorded by the rules.
    for (what, expression) in
        [("a probe that was scraped", "dog_gif_ready"), ("a recorded series", "namespace_job:dog_gif_visitors:max")]
    {
        wait::until(what, wait::PATIENCE, || {
            assert!(observe.has_ended().is_none(), "{}\n{}", told.text(), errors.text());
            let path = format!("/api/v1/query?query={expression}==1");
            get(([127, 0, 0, 1], port).into(), &path).filter(|answer| answer.text().contains("\"laptop\"")).map(drop)
        });
    }
    app.stop();
    wait::until("an alert on the terminal", wait::PATIENCE, || {
        told.all().iter().any(|line| line.ends_with(" pending DogGifAppDown (page)")).then_some(())
    });
    observe.signal(libc::SIGINT);
    assert_eq!(observe.wait(wait::PATIENCE).code(), Some(130), "{}", errors.text());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "Prometheus is still there");
}
