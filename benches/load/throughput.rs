//! How many visits are counted per second, against not counting and against counting one by one.

use crate::harness::{Database, Server};
use crate::server::Running;
use crate::wrk::{self, Run};

const CONNECTIONS: [u32; 4] = [1, 16, 64, 256];

/// Each figure is the median of so many runs, taken in turn with the others.
const PASSES: usize = 3;

/// (a) to (d), as README names them.
const WAYS: [&str; 4] = ["(a) GET /", "(b) not counted", "(c) one transaction each", "(d) GET /gifs/…"];

pub fn on_mariadb() {
    let server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    println!("## On MariaDB (default durable settings, same machine)\n");
    let table = measure(&database);
    let at = |way: usize, connections: usize| table[connections][way].per_second;
    target("at 64 connections (a) / (c)", at(0, 2) / at(2, 2), 10.0);
    target("at 64 connections (a) / (b)", at(0, 2) / at(1, 2), 0.40);
    target("at 256 connections (a) / (b)", at(0, 3) / at(1, 3), 0.50);
    target("at 1 connection (a) / (c)", at(0, 0) / at(2, 0), 1.0);
    let a64 = table[2][0];
    target("at 64 connections p50 × 3 / p99 of (a)", a64.p50 * 3.0 / a64.p99, 1.0);
}

pub fn on_sqlite() {
    let database = Database::fresh_sqlite().migrate();
    println!("\n## (e) On SQLite (WAL, synchronous=FULL)\n");
    let table = measure(&database);
    target("at 64 connections (a) / (b)", table[2][0].per_second / table[2][1].per_second, 0.60);
}

/// Prints a target and whether it is met; never fails, as the machine may be busy.
pub fn target(what: &str, ratio: f64, at_least: f64) {
    let verdict = if ratio >= at_least { "met" } else { "MISSED" };
    println!("- {what}: {ratio:.2} (target ≥ {at_least}) {verdict}");
}

/// For each number of connections, the median run of each way; printed as a table.
fn measure(database: &Database) -> Vec<Vec<Run>> {
    let app = Running::app(database);
    let comparison = Running::comparison(database);
    let gif = a_gif(&app);
    let ways = [
        (app.address, "/"),
        (comparison.address, "/uncounted"),
        (comparison.address, "/one-transaction"),
        (app.address, gif.as_str()),
    ];
    println!("| connections | way | answers/s | p50 ms | p99 ms | (a) to it |");
    println!("|--:|---|--:|--:|--:|--:|");
    CONNECTIONS.iter().map(|&connections| measure_at(connections, &ways)).collect()
}

fn measure_at(connections: u32, ways: &[(std::net::SocketAddr, &str)]) -> Vec<Run> {
    let mut runs = vec![Vec::new(); ways.len()];
    for _ in 0..PASSES {
        for (way, (address, path)) in ways.iter().enumerate() {
            runs[way].push(wrk::run(*address, path, connections));
        }
    }
    let medians: Vec<Run> = runs.into_iter().map(wrk::median).collect();
    for (name, run) in WAYS.iter().zip(&medians) {
        let ratio = medians[0].per_second / run.per_second;
        let Run { per_second, p50, p99 } = run;
        println!("| {connections} | {name} | {per_second:.0} | {p50:.2} | {p99:.2} | {ratio:.2} |");
    }
    medians
}

/// The address of some GIF.
fn a_gif(app: &Running) -> String {
    let url = format!("http://{}/api/v1/gifs/random", app.address);
    let text = ureq::get(url).call().expect("an answer").body_mut().read_to_string().expect("a text");
    let gif: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    gif["animation_url"].as_str().expect("a URL").to_string()
}
