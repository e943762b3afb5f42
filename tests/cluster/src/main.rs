//! The command line; `make cluster` and the delivery targets of the Makefile call it.

use std::process::ExitCode;

use clap::Parser;
use cluster::delivery::Delivery;

/// The road to production on one machine, and the commands that promote a version.
#[derive(Debug, Parser)]
#[command(version)]
enum Command {
    #[command(flatten)]
    Delivery(Delivery),
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Delivery(delivery) => delivery.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
