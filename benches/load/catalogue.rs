//! Whether a million GIFs are as quick to choose from as ten.

use diesel::RunQueryDsl;

use crate::harness::Database;
use crate::server::Running;
use crate::throughput::target;
use crate::wrk;

const CONNECTIONS: u32 = 16;
const PASSES: usize = 5;
const MILLION: u32 = 1_000_000;

pub fn measure() {
    println!("\n## A large catalogue (SQLite)\n");
    let (small, large) = (filled(10), filled(MILLION));
    let (few, many) = (Running::app(&small), Running::app(&large));
    let mut runs = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        runs.0.push(wrk::run(few.address, "/", CONNECTIONS));
        runs.1.push(wrk::run(many.address, "/", CONNECTIONS));
    }
    let (few_run, many_run) = (wrk::median(runs.0), wrk::median(runs.1));
    let memory = many.memory("VmHWM");
    println!("| GIFs | answers/s | p50 ms | p99 ms | peak MiB |");
    println!("|--:|--:|--:|--:|--:|");
    for (gifs, run, app) in [(10, few_run, &few), (MILLION, many_run, &many)] {
        let peak = app.memory("VmHWM");
        println!("| {gifs} | {:.0} | {:.2} | {:.2} | {peak:.1} |", run.per_second, run.p50, run.p99);
    }
    println!();
    target("1.1 × answers/s with a million GIFs / with ten", 1.1 * many_run.per_second / few_run.per_second, 1.0);
    target("200 MiB / peak memory with a million GIFs", 200.0 / memory, 1.0);
}

/// A database with so many rows; they have no bytes, as nobody asks for them here.
fn filled(gifs: u32) -> Database {
    let database = Database::fresh_sqlite().migrate();
    let fill = format!(
        "INSERT INTO gifs (slug, sha256, title, alt, credit, license, source_url, byte_size, width, height, frames) \
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {gifs}) \
         SELECT 'dog-' || n, randomblob(32), 'Dog ' || n, 'A dog, the ' || n || 'th of many, wags its tail.', \
         'Artist ' || n % 100, 'CC0-1.0', '', 50000, 480, 360, 12 FROM numbers"
    );
    for statement in ["DELETE FROM gifs", &fill, "UPDATE catalogue SET version = version + 1"] {
        database.query(|connection| Ok(diesel::sql_query(statement).execute(connection)?));
    }
    database
}
