//! Memory, start-up and size.

use std::time::{Duration, Instant};

use crate::harness::app::program;
use crate::harness::process::Process;
use crate::harness::{Database, wait};
use crate::server::{Running, binary_size};
use crate::throughput::target;
use crate::wrk;

const STARTS: usize = 11;

pub fn measure() {
    println!("\n## Footprint (SQLite)\n");
    let database = Database::fresh_sqlite().migrate();
    let app = Running::app(&database);
    fetch_every_gif(&app);
    let idle = app.memory("VmRSS");
    wrk::run(app.address, "/", 256);
    let peak = app.memory("VmHWM");
    drop(app);
    let first = first_answer(&database);
    let size = binary_size();
    println!("- idle memory, every bundled GIF cached: {idle:.1} MiB");
    println!("- peak memory at 256 connections: {peak:.1} MiB");
    println!(
        "- first 200 after exec, existing SQLite file (median of {STARTS}): {:.1} ms",
        first.as_secs_f64() * 1000.0
    );
    println!("- stripped binary: {size:.1} MiB\n");
    target("16 MiB / idle memory", 16.0 / idle, 1.0);
    target("48 MiB / peak memory", 48.0 / peak, 1.0);
    target("60 ms / first 200", 0.060 / first.as_secs_f64(), 1.0);
    target("15 MiB / binary", 15.0 / size, 1.0);
}

fn fetch_every_gif(app: &Running) {
    let text = get(&format!("http://{}/api/v1/gifs?limit=100", app.address));
    let list: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    for gif in list["gifs"].as_array().expect("a list") {
        get(&format!("http://{}{}", app.address, gif["animation_url"].as_str().expect("a URL")));
    }
}

fn get(url: &str) -> Vec<u8> {
    ureq::get(url).call().expect("an answer").body_mut().read_to_vec().expect("bytes")
}

/// From exec to the first 200 on `/`, asked for until it comes.
fn first_answer(database: &Database) -> Duration {
    let mut times: Vec<Duration> = (0..STARTS).map(|_| start_once(database)).collect();
    times.sort();
    times[STARTS / 2]
}

fn start_once(database: &Database) -> Duration {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let mut command = program(database, &[("PORT", &port.to_string()), ("OPS_PORT", "0")]);
    command.stdout(std::process::Stdio::null());
    let begin = Instant::now();
    let _process = Process::spawn(command).expect("the program can be started");
    let url = format!("http://127.0.0.1:{port}/");
    wait::until("the first answer", wait::PATIENCE, || ureq::get(&url).call().ok());
    begin.elapsed()
}
