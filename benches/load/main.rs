//! `make bench`: the whole program under load, side by side with what it is compared to, in one run.
//! Figures are ratios: absolute numbers say more about the machine than about the program.
//! `cargo bench --bench load -- mariadb catalogue` measures these parts only; all of them by default.

mod catalogue;
mod comparison;
mod footprint;
#[path = "../../tests/it/harness/mod.rs"]
#[allow(dead_code, unused_imports)]
mod harness;
mod server;
mod throughput;
mod wrk;

fn main() {
    // The comparison server is this very program, started again.
    if std::env::args().nth(1).as_deref() == Some(comparison::ARGUMENT) {
        return comparison::serve();
    }
    // cargo passes --bench; TEST_DATABASE chooses the server for the harness.
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("TEST_DATABASE", "mariadb") };
    println!("# dog-gif-app under load\n");
    let parts: [(&str, fn()); 4] = [
        ("mariadb", throughput::on_mariadb),
        ("sqlite", throughput::on_sqlite),
        ("footprint", footprint::measure),
        ("catalogue", catalogue::measure),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure();
        }
    }
}
