//! How many visits are counted per second, against not counting, against counting one by one, and against files.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::disk;
use crate::harness::process::new_directory;
use crate::harness::{Database, Server};
use crate::nginx::{self, Nginx};
use crate::peer;
use crate::server::Running;
use crate::wrk::{self, Run};

/// Each figure is the median of so many runs, taken in turn with the others.
const PASSES: usize = 3;

/// A commit that costs more than this, in milliseconds, costs more than everything around it.
const DEAR_COMMIT: f64 = 0.3;

/// What a page may cost, in microseconds of CPU, on a machine where axum's answer of a word costs the second.
const PAGE_AND_WORD: (f64, f64) = (20.0, 3.0);

pub fn on_mariadb(connections: &[u32]) {
    println!("\n## On MariaDB (default durable settings, same machine)\n");
    let commit = disk::sync_time().as_secs_f64() * 1000.0;
    println!("A durable write takes {commit:.2} ms here.\n");
    measure_on(&Server::start(), commit, connections);
}

pub fn on_mariadb_without_disk(connections: &[u32]) {
    println!("\n## On MariaDB that does not wait for the disk (innodb_flush_log_at_trx_commit=2)\n");
    measure_on(&Server::start_with(&["--innodb-flush-log-at-trx-commit=2"]), 0.0, connections);
}

pub fn on_sqlite(connections: &[u32]) {
    println!("\n## On SQLite (WAL, synchronous=FULL)\n");
    let database = Database::fresh_sqlite().migrate();
    let servers = Servers::start(&database, None);
    println!("A durable write takes {:.2} ms here.\n", disk::sync_time().as_secs_f64() * 1000.0);
    let table = measure(&servers.ways(), connections);
    table.target(64, "(a) / (b)", |at| at("a") / at("b"), 0.60);
}

/// `commit` is what the server waits for the disk, in milliseconds.
fn measure_on(server: &Server, commit: f64, connections: &[u32]) {
    let database = Database::fresh_on(server).migrate();
    let app = Running::app(&database);
    let page = new_directory("page").join("page.html");
    let text = text_of(app.address, "/");
    let (before, behind) = text.split_once("visitor <strong>1<").expect("the first visit's page");
    std::fs::write(&page, format!("{before}visitor <strong>{{visitor}}<{behind}")).expect("a file can be written");
    drop(app);
    let servers = Servers::start(&database, Some(peer::start(&database, &page)));
    let table = measure(&servers.ways(), connections);
    table.target(1, "(a) / (c)", |at| at("a") / at("c"), 1.0);
    table.target(64, "(a) / (c)", |at| at("a") / at("c"), if commit >= DEAR_COMMIT { 10.0 } else { 6.0 });
    table.target(64, "(a) / (b)", |at| at("a") / at("b"), 0.40);
    table.target(256, "(a) / (b)", |at| at("a") / at("b"), 0.50);
    table.target(1, "(f) / (g)", |at| at("f") / at("g"), 0.9);
    table.target(64, "(f) / (g)", |at| at("f") / at("g"), 0.9);
    if let (Some((_, run)), Some((_, word))) = (table.find(64, "a"), table.find(64, "i")) {
        let cpu = |run: Run| run.cpu.unwrap_or(f64::NAN);
        let may_cost = PAGE_AND_WORD.0 * cpu(word) / PAGE_AND_WORD.1;
        target(&format!("at 64 connections {may_cost:.1} µs / CPU for each (a)"), may_cost / cpu(run), 1.0);
        target("at 64 connections p50 × 3 / p99 of (a)", run.p50 * 3.0 / run.p99, 1.0);
    }
}

/// Prints a target and whether it is met; never fails, as the machine may be busy.
pub fn target(what: &str, ratio: f64, at_least: f64) {
    let verdict = if ratio >= at_least { "met" } else { "MISSED" };
    println!("- {what}: {ratio:.2} (target ≥ {at_least}) {verdict}");
}

/// Everything that is compared, up at the same time.
struct Servers {
    app: Running,
    comparison: Running,
    peer: Option<Running>,
    nginx: Nginx,
    gif: String,
    /// The same GIF of nginx without sendfile.
    copied_gif: String,
}

/// One thing to ask for.
struct Way<'a> {
    letter: &'static str,
    name: &'static str,
    address: SocketAddr,
    path: &'a str,
    /// Whose CPU is measured.
    server: Option<&'a Running>,
}

impl Servers {
    fn start(database: &Database, peer: Option<Running>) -> Self {
        let app = Running::app(database);
        let comparison = Running::comparison(database);
        let gif = a_gif(&app);
        let files = new_directory("nginx");
        let write = |path: &str, bytes: &[u8]| {
            let path: PathBuf = files.join(path);
            std::fs::create_dir_all(path.parent().expect("a path below")).expect("a directory can be made");
            std::fs::write(path, bytes).expect("a file can be written");
        };
        write("page.html", text_of(app.address, "/").as_bytes());
        write(&gif[1..], &bytes_of(app.address, &gif));
        let copied_gif = format!("{}{gif}", nginx::COPIED);
        Self { app, comparison, peer, nginx: Nginx::start(&files), gif, copied_gif }
    }

    fn ways(&self) -> Vec<Way<'_>> {
        let files = |letter, name, path| Way { letter, name, address: self.nginx.address, path, server: None };
        let mut ways = vec![
            Way::of("a", "GET /", &self.app, "/"),
            Way::of("b", "not counted", &self.comparison, "/uncounted"),
            Way::of("d", "one transaction a visit", &self.comparison, "/one-transaction"),
            files("e", "nginx, the page", "/page.html"),
            Way::of("f", "a GIF", &self.app, &self.gif),
            files("g", "nginx, the GIF", &self.gif),
            files("j", "nginx, the GIF copied", &self.copied_gif),
            Way::of("h", "GET /api/v1/gifs/random", &self.app, "/api/v1/gifs/random"),
        ];
        if let Some(peer) = &self.peer {
            ways.insert(2, Way::of("c", "axum + sqlx", peer, "/"));
            // Figures of two machines can only be compared by what the least costs on each.
            ways.push(Way::of("i", "axum, a word", peer, "/hello"));
        }
        ways
    }
}

impl<'a> Way<'a> {
    fn of(letter: &'static str, name: &'static str, server: &'a Running, path: &'a str) -> Self {
        Self { letter, name, address: server.address, path, server: Some(server) }
    }
}

/// The median runs of every way at every number of connections.
struct Table(Vec<(u32, &'static str, Run)>);

impl Table {
    fn find(&self, connections: u32, letter: &str) -> Option<(u32, Run)> {
        let found = self.0.iter().find(|(at, way, _)| *at == connections && *way == letter);
        found.map(|(at, _, run)| (*at, *run))
    }

    /// Judges a ratio of answers per second, if it was measured.
    fn target(&self, connections: u32, what: &str, ratio: impl Fn(&dyn Fn(&str) -> f64) -> f64, at_least: f64) {
        let at = |letter: &str| self.find(connections, letter).map_or(f64::NAN, |(_, run)| run.per_second);
        let ratio = ratio(&at);
        if !ratio.is_nan() {
            target(&format!("at {connections} connections {what}"), ratio, at_least);
        }
    }
}

/// For each number of connections, the median run of each way; printed as a table.
fn measure(ways: &[Way<'_>], connections: &[u32]) -> Table {
    println!("| connections | way | answers/s | p50 ms | p99 ms | CPU µs | (a) to it |");
    println!("|--:|---|--:|--:|--:|--:|--:|");
    Table(connections.iter().flat_map(|&connections| measure_at(connections, ways)).collect())
}

fn measure_at(connections: u32, ways: &[Way<'_>]) -> Vec<(u32, &'static str, Run)> {
    let mut runs = vec![Vec::new(); ways.len()];
    for _ in 0..PASSES {
        for (runs, way) in runs.iter_mut().zip(ways) {
            runs.push(match way.server {
                Some(server) => wrk::run_on(server, way.path, connections),
                None => wrk::run(way.address, way.path, connections),
            });
        }
    }
    let medians: Vec<Run> = runs.into_iter().map(wrk::median).collect();
    for (Way { letter, name, .. }, run) in ways.iter().zip(&medians) {
        let ratio = medians[0].per_second / run.per_second;
        let Run { per_second, p50, p99, .. } = run;
        let cpu = run.cpu.map_or_else(String::new, |cpu| format!("{cpu:.1}"));
        println!("| {connections} | ({letter}) {name} | {per_second:.0} | {p50:.2} | {p99:.2} | {cpu} | {ratio:.2} |");
    }
    ways.iter().zip(medians).map(|(way, run)| (connections, way.letter, run)).collect()
}

/// The address of the GIF of middle size, so that runs can be compared: the larger one is, the more of the time goes to
/// copying its bytes.
fn a_gif(app: &Running) -> String {
    let list: serde_json::Value = serde_json::from_str(&text_of(app.address, "/api/v1/gifs?limit=100")).expect("JSON");
    let mut gifs: Vec<_> = list["gifs"].as_array().expect("a list").iter().collect();
    gifs.sort_by_key(|gif| gif["size_bytes"].as_u64());
    gifs[gifs.len() / 2]["animation_url"].as_str().expect("a URL").to_string()
}

fn text_of(address: SocketAddr, path: &str) -> String {
    String::from_utf8(bytes_of(address, path)).expect("a text")
}

fn bytes_of(address: SocketAddr, path: &str) -> Vec<u8> {
    let url = format!("http://{address}{path}");
    ureq::get(url).call().expect("an answer").body_mut().read_to_vec().expect("bytes")
}
