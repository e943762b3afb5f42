//! The program: command line → config → telemetry → store → gallery → web → stop; see `command`.

use std::process::ExitCode;

use clap::Parser;
use dog_gif_app::command::{CommandLine, run};

fn main() -> ExitCode {
    run(CommandLine::parse())
}
