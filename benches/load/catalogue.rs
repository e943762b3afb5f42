//! Whether a million GIFs are as quick to choose from as ten, and what it takes to change them while visitors come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;

use crate::harness::{Database, http, wait};
use crate::server::Running;
use crate::throughput::target;
use crate::wrk::{self, Run};

const CONNECTIONS: u32 = 16;
const PASSES: usize = 5;
const MILLION: u32 = 1_000_000;

/// How much slower than ten a million may be.
const ALLOWANCE: f64 = 1.05;

pub fn measure() {
    println!("\n## A large catalogue (SQLite)\n");
    let (small, large) = (filled(10), filled(MILLION));
    let (few, many) = (Running::app(&small), Running::app(&large));
    let mut runs = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        runs.0.push(wrk::run_on(&few, "/", CONNECTIONS));
        runs.1.push(wrk::run_on(&many, "/", CONNECTIONS));
    }
    let (few_run, many_run) = (wrk::median(runs.0), wrk::median(runs.1));
    println!("| GIFs | answers/s | p50 ms | p99 ms | CPU µs | served after s |");
    println!("|---|--:|--:|--:|--:|--:|");
    print("ten", &few_run, None);
    print("a million", &many_run, None);
    change(&large, &many, "one more", &[&insert(MILLION + 1, 1), &raise_version(1)], MILLION + 1, 200);
    change(&large, &many, "one less", &["DELETE FROM gifs WHERE slug = 'dog-500000'", &raise_version(1)], 500_000, 404);
    change(&large, &many, "a thousand more", &[&insert(MILLION + 2, 1000), &raise_version(1000)], MILLION + 1001, 200);
    println!();
    let target = |what: &str, ratio: f64| target(&format!("{ALLOWANCE} × {what}"), ALLOWANCE * ratio, 1.0);
    target("answers/s with a million GIFs / with ten", many_run.per_second / few_run.per_second);
    target("p50 with ten GIFs / with a million", few_run.p50 / many_run.p50);
    let cpu = |run: Run| run.cpu.unwrap_or(f64::NAN);
    target("CPU for each with ten GIFs / with a million", cpu(few_run) / cpu(many_run));
    let peak = many.memory("VmHWM");
    println!("- peak memory with a million GIFs, changes included: {peak:.1} MiB");
    crate::throughput::target("200 MiB / peak memory", 200.0 / peak, 1.0);
}

fn print(what: &str, Run { per_second, p50, p99, cpu }: &Run, served: Option<Duration>) {
    let cpu = cpu.map_or_else(String::new, |cpu| format!("{cpu:.1}"));
    let served = served.map_or_else(String::new, |served| format!("{:.2}", served.as_secs_f64()));
    println!("| {what} | {per_second:.0} | {p50:.2} | {p99:.2} | {cpu} | {served} |");
}

/// Changes the catalogue under load, and prints the slowest run until the change is served: until the API answers about this
/// dog with this status.
fn change(database: &Database, app: &Running, what: &str, statements: &[&str], dog: u32, status: u16) {
    let is_served = AtomicBool::new(false);
    let (served, slowest) = std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut runs = Vec::new();
            while runs.is_empty() || !is_served.load(Ordering::Relaxed) {
                runs.push(wrk::run_on(app, "/", CONNECTIONS));
            }
            runs.into_iter().min_by(|one, other| one.per_second.total_cmp(&other.per_second)).expect("a run")
        });
        database.execute(&format!("PRAGMA busy_timeout = 30000; BEGIN IMMEDIATE; {}; COMMIT", statements.join("; ")));
        let begin = Instant::now();
        let path = format!("/api/v1/gifs/dog-{dog}");
        let ask = || http::ask(app.address, "GET", &path, &[], b"").status;
        wait::until("a change that is served", wait::PATIENCE, || (ask() == status).then_some(()));
        is_served.store(true, Ordering::Relaxed);
        (begin.elapsed(), load.join().expect("a load"))
    });
    print(what, &slowest, Some(served));
}

/// A database with so many rows.
fn filled(gifs: u32) -> Database {
    let database = Database::fresh_sqlite().migrate();
    for statement in ["DELETE FROM gifs", &insert(1, gifs), &raise_version(1)] {
        database.query(|connection| Ok(diesel::sql_query(statement).execute(connection)?));
    }
    database
}

/// Rows for so many dogs; they have no bytes, as nobody asks for them here.
fn insert(first: u32, gifs: u32) -> String {
    let last = first + gifs - 1;
    format!(
        "INSERT INTO gifs (slug, sha256, title, alt, credit, license, source_url, byte_size, width, height, frames) \
         WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) \
         SELECT 'dog-' || n, randomblob(32), 'Dog ' || n, 'A dog, the ' || n || 'th of many, wags its tail.', \
         'Artist ' || n % 100, 'CC0-1.0', '', 50000, 480, 360, 12 FROM numbers"
    )
}

/// What belongs to a change: see `catalogue_version`.
fn raise_version(steps: u32) -> String {
    format!("UPDATE catalogue SET version = version + {steps}")
}
