//! `make bench`: the whole program under load, side by side with what it is compared to, in one run.
//! Figures are ratios: absolute numbers say more about the machine than about the program.

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
    throughput::on_mariadb();
    throughput::on_sqlite();
    footprint::measure();
    catalogue::measure();
}
