//! Help, completions and mistakes in the call.

use crate::harness::Database;
use crate::harness::app::{program, run};

const COMMANDS: [&str; 12] = [
    "serve",
    "migrate",
    "gifs",
    "visits",
    "backup",
    "restore",
    "restore-drill",
    "check-config",
    "healthcheck",
    "smoke",
    "completions",
    "help",
];

#[test]
fn help_names_every_command_and_no_other() {
    let help = run(&Database::fresh_sqlite(), &["--help"]).successful();
    let (_, list) = help.split_once("\nCommands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    // What a line has no room for goes on in the next one, further to the right.
    let begins = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let told: Vec<&str> = list.lines().filter(begins).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(told, COMMANDS, "{help}");
    let gifs = run(&Database::fresh_sqlite(), &["gifs", "add", "--help"]).successful();
    for word in ["8 MiB", "kubectl exec", "--title", "--alt", "--credit", "--license", "--source-url"] {
        assert!(gifs.contains(word), "{word} is missing in\n{gifs}");
    }
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&Database::fresh_sqlite(), &["completions", shell]).successful();
        assert!(script.contains("healthcheck"), "{shell}:\n{script}");
    }
}

#[test]
fn completions_need_no_valid_configuration() {
    let broken = Database::fresh_sqlite().with(&[("PORT", "none")]);
    run(&broken, &["completions", "bash"]).successful();
    run(&broken, &["--version"]).successful();
}

#[test]
fn nobody_has_to_read_all_of_a_list() {
    let database = Database::migrated();
    for command in [&["gifs", "list"][..], &["check-config"], &["completions", "bash"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let finished = program(&database, &[]).args(command).stdout(writer).output().unwrap();
        assert!(finished.status.success() && finished.stderr.is_empty(), "{command:?}: {finished:?}");
    }
}

#[test]
fn a_mistake_in_the_call_exits_with_2() {
    for arguments in [
        &["bark"][..],
        &["gifs", "add"],
        &["gifs", "remove"],
        &["--no-such-flag"],
        &["completions", "dos"],
        &["backup"],
        &["backup", ".", "--keep", "0"],
    ] {
        let finished = run(&Database::fresh_sqlite(), arguments);
        assert_eq!(finished.code, 2, "{arguments:?}: {finished:?}");
        assert!(finished.errors.contains("--help") || finished.errors.contains("possible values"), "{finished:?}");
    }
}

#[test]
fn the_version_is_the_one_in_cargo_toml() {
    let version = run(&Database::fresh_sqlite(), &["--version"]).successful();
    assert_eq!(version, format!("dog-gif-app {}\n", env!("CARGO_PKG_VERSION")));
}
