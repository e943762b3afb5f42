//! Help, completions and mistakes in the call.

use crate::harness::Database;
use crate::harness::app::run;

#[test]
fn help_names_every_command_in_one_line_each() {
    let help = run(&Database::fresh_sqlite(), &["--help"]).successful();
    let commands = [
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
    ];
    for command in commands {
        assert!(help.lines().any(|line| line.starts_with(&format!("  {command} "))), "{command} is missing in\n{help}");
    }
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
