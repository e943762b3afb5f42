//! `make bench`: the whole program under load, side by side with what it is compared to, in one run.
//! Figures are ratios: absolute numbers say more about the machine than about the program.
//! `cargo bench --bench load -- mariadb catalogue` measures these parts only, and `mariadb 1 64` at these numbers of
//! connections only; all of them by default.

#![allow(clippy::unwrap_used, reason = "whatever fails ends the measurement")]
#![allow(unsafe_code, reason = "the harness of the tests asks libc")]

mod catalogue;
mod comparison;
mod disk;
mod footprint;
#[path = "../../tests/it/harness/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod harness;
mod nginx;
mod peer;
mod server;
mod throughput;
mod wrk;

/// Answers are asked for over so many connections at once, if nothing else is wanted.
const CONNECTIONS: [u32; 4] = [1, 16, 64, 256];

fn main() {
    // The comparison server is this very program, started again.
    if std::env::args().nth(1).as_deref() == Some(comparison::ARGUMENT) {
        return comparison::serve();
    }
    // cargo passes --bench; TEST_DATABASE chooses the server for the harness.
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("TEST_DATABASE", "mariadb") };
    println!("# dog-gif-app under load\n");
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let (numbers, wanted): (Vec<_>, Vec<_>) = words.iter().partition(|word| word.parse::<u32>().is_ok());
    let mut connections: Vec<u32> = numbers.iter().flat_map(|word| word.parse()).collect();
    if connections.is_empty() {
        connections = CONNECTIONS.into();
    }
    let parts: [(&str, &dyn Fn()); 5] = [
        ("mariadb", &|| throughput::on_mariadb(&connections)),
        ("mariadb-without-disk", &|| throughput::on_mariadb_without_disk(&connections)),
        ("sqlite", &|| throughput::on_sqlite(&connections)),
        ("footprint", &footprint::measure),
        ("catalogue", &catalogue::measure),
    ];
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| *word == name) {
            measure();
        }
    }
}
