//! What the binary does, command by command. Errors name the thing and the remedy; exit codes are
//! 0 for done, 1 for failed, 2 for a mistake in the call or the configuration.

mod backup;
mod backup_directory;
mod check_config;
mod fetch;
mod gifs;
mod healthcheck;
mod listing;
mod migrate;
mod open_store;
mod printable;
mod reach;
mod regular_file;
mod restore;
mod restore_drill;
mod serve;
mod smoke;
mod visits;
mod whole_file;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};

use self::listing::print_list;
use crate::config::{Config, Overrides};
use crate::telemetry::in_full;

/// Whoever reads standard error takes a sentence off it within this, or not at all.
const COMPLAINT: Duration = Duration::from_secs(1);

/// Serves a random dog GIF on every refresh and counts its visitors durably.
///
/// Settings come from the environment (see `dog-gif-app check-config` and README). Without MYSQL_HOST
/// everything is kept in an SQLite file below DATA_DIR, so that there is nothing to set up.
#[derive(Parser)]
#[command(name = "dog-gif-app", version, max_term_width = 100)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: CommonFlags,
    #[command(flatten)]
    serve: ServeFlags,
}

/// Flags that every command takes.
#[derive(Args)]
struct CommonFlags {
    /// Directory of the embedded SQLite database [env: DATA_DIR] [default: data]
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// error, warning, info or debug [env: LOG_LEVEL] [default: info]
    #[arg(long, value_name = "LEVEL", global = true)]
    log_level: Option<String>,
    /// json, text or auto [env: LOG_FORMAT] [default: auto]
    #[arg(long, value_name = "FORMAT", global = true)]
    log_format: Option<String>,
}

/// Flags of `serve`, which also stand without it.
#[derive(Args, Default)]
struct ServeFlags {
    /// Port of the website; 0 picks a free one [env: PORT] [default: 5000]
    #[arg(long)]
    port: Option<String>,
    /// Address to listen on [env: BIND] [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Port of probes and metrics; 0 picks a free one [env: OPS_PORT] [default: 9090]
    #[arg(long, value_name = "PORT")]
    ops_port: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the website; this is what happens without a command
    Serve(ServeFlags),
    /// Bring the database's tables up to date, and add the bundled dogs to a new database
    ///
    /// Safe to run several times at once: one works, the others wait.
    Migrate,
    /// Add, list, remove and export GIFs
    #[command(subcommand)]
    Gifs(gifs::GifsCommand),
    /// Print how many visits were ever counted; `visits set` sets it
    Visits {
        #[command(subcommand)]
        command: Option<visits::VisitsCommand>,
    },
    /// Write all GIFs, their texts and the count into one file, also while servers run
    ///
    /// The file is written under a temporary name, synced and renamed: it is whole or not there. It is a tar
    /// archive that ends in a digest, the same for SQLite and MySQL, and as of one moment. On MySQL the right to
    /// SELECT is enough.
    ///
    /// Out of a container without a shell: kubectl exec POD -- dog-gif-app backup - > dogs.tar
    Backup(backup::Backup),
    /// Put a backup into the database, which may be of the other kind
    ///
    /// The whole file is verified before anything is changed, and what is changed is one transaction. Tables
    /// are brought up to date first. A database that has GIFs of its own or a count is only taken with --force:
    /// then its GIFs are replaced, and its count stays if it is greater than the backup's. On SQLite, servers
    /// refuse visits meanwhile.
    ///
    /// Into a container: kubectl exec -i POD -- dog-gif-app restore - < dogs.tar
    Restore(restore::Restore),
    /// Restore the newest backup of DIRECTORY into a scratch database, and verify all of it
    ///
    /// Fails when a digest is wrong, or the count is less than at the last drill, whose findings are kept in
    /// DIRECTORY/last-drill.json. TMPDIR needs room for three times the backup. The configured database is not
    /// touched.
    RestoreDrill {
        /// Where `backup DIRECTORY` puts its files
        directory: PathBuf,
    },
    /// Print the settings in effect, or everything that is wrong with them
    CheckConfig,
    /// Ask a running server whether it is ready; for images without curl
    ///
    /// Exit code 0 when URL answers with a 2xx status within five seconds, else 1.
    Healthcheck {
        /// What to ask [default: the /readyz of this configuration's operations port]
        url: Option<String>,
    },
    /// Look at a running website from outside: a page is served, and its visit is counted
    ///
    /// Counts one visit. Exit code 0 when all is well; otherwise 1, and a sentence that says what is not.
    Smoke {
        /// The website, for example http://127.0.0.1:5000
        url: String,
        /// Its operations listener, which must say that it is ready, for example http://127.0.0.1:9090
        #[arg(long, value_name = "URL")]
        operations: Option<String>,
    },
    /// Print a completion script, for example: dog-gif-app completions bash > /etc/bash_completion.d/dog-gif-app
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
}

/// Runs the command that was asked for.
pub fn run(line: CommandLine) -> ExitCode {
    let CommandLine { command, common, serve } = line;
    let command = command.unwrap_or(Command::Serve(serve));
    if let Command::Completions { shell } = command {
        return exit_code(print_completions(shell));
    }
    let config = match Config::from_environment(overrides(common, &command)) {
        Ok(config) => config,
        Err(problems) => {
            eprintln!("dog-gif-app: {problems}");
            return ExitCode::from(2);
        }
    };
    exit_code(match command {
        Command::Serve(_) => serve::run(config),
        Command::Migrate => migrate::run(&config),
        Command::Gifs(command) => gifs::run(&config, command),
        Command::Visits { command } => visits::run(&config, command.as_ref()),
        Command::Backup(backup) => backup::run(&config, &backup),
        Command::Restore(restore) => restore::run(&config, &restore),
        Command::RestoreDrill { directory } => restore_drill::run(&config, &directory),
        Command::CheckConfig => check_config::run(&config),
        Command::Healthcheck { url } => healthcheck::run(&config, url),
        Command::Smoke { url, operations } => smoke::run(&url, operations.as_deref()),
        Command::Completions { .. } => Ok(()),
    })
}

fn print_completions(shell: clap_complete::Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "dog-gif-app", &mut script);
    print_list(|output| Ok(output.write_all(&script)?))
}

fn exit_code(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format!("dog-gif-app: {}\n", in_full(error.as_ref())));
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard error. When that is a pipe which nobody reads, the exit code has to do.
fn complain(sentence: String) {
    let (end, ended) = channel::<()>();
    let _ = std::thread::Builder::new().spawn(move || {
        let _end = end;
        let _ = std::io::stderr().write_all(sentence.as_bytes());
    });
    let _ = ended.recv_timeout(COMPLAINT);
}

fn overrides(common: CommonFlags, command: &Command) -> Overrides {
    let mut overrides = Overrides::default();
    overrides.set("DATA_DIR", common.data_dir);
    overrides.set("LOG_LEVEL", common.log_level);
    overrides.set("LOG_FORMAT", common.log_format);
    if let Command::Serve(flags) = command {
        overrides.set("PORT", flags.port.clone());
        overrides.set("BIND", flags.bind.clone());
        overrides.set("OPS_PORT", flags.ops_port.clone());
    }
    overrides
}
