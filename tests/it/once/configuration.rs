//! Settings: told wrong, told twice, and told nobody.

use crate::harness::app::{BINARY, program, run, run_with};
use crate::harness::process::{Process, new_directory};
use crate::harness::{App, Database};

const SECRET: &str = "s3cret-b0ne";

#[test]
fn every_problem_is_told_at_once_by_name() {
    let bad = [
        ("PORT", "http"),
        ("BIND", "localhost"),
        ("OPS_PORT", "70000"),
        ("VISIT_TIMEOUT_SECONDS", "0"),
        ("DRAIN_SECONDS", "-1"),
        ("GIF_CACHE_MIB", "much"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("MIGRATE_ON_START", "maybe"),
        ("TRUST_PROXY_HEADERS", "2"),
        ("MYSQL_USER", "dog"),
    ];
    for command in ["check-config", "serve", "migrate", "visits"] {
        let finished = run_with(&Database::fresh_sqlite(), &bad, &[command], b"");
        assert_eq!(finished.code, 2, "{finished:?}");
        assert!(finished.errors.contains("11 problems in the configuration"), "{finished:?}");
        for (name, _) in bad {
            assert!(finished.errors.contains(&format!("\n  {name}")), "{name} is missing in\n{}", finished.errors);
        }
    }
}

#[test]
fn half_set_mysql_is_an_error_and_no_file_is_made() {
    let database = Database::fresh_sqlite();
    let finished = run_with(&database, &[("MYSQL_PASSWORD", SECRET)], &["serve"], b"");
    assert_eq!(finished.code, 2);
    assert!(finished.errors.contains("MYSQL_HOST"), "{finished:?}");
    assert!(!database.directory.join("data").exists(), "it fell back to SQLite");
}

#[test]
fn settings_in_effect_are_shown_without_secrets() {
    let settings = [
        ("MYSQL_HOST", "db.example"),
        ("MYSQL_USER", "dog"),
        ("MYSQL_DATABASE", "dogs"),
        ("MYSQL_PASSWORD", SECRET),
        ("PORT", "8080"),
    ];
    let shown = run_with(&Database::fresh_sqlite(), &settings, &["check-config"], b"").successful();
    for line in [
        "PORT                   set      8080",
        "OPS_PORT               default  9090",
        "MYSQL_TLS_CA           unset",
        "MYSQL_PASSWORD         set      [hidden]",
    ] {
        assert!(shown.contains(line), "{line} is missing in\n{shown}");
    }
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn what_is_not_used_is_not_said_to_be_in_effect() {
    let directory = new_directory("secret");
    let (password, ca) = (directory.join("password"), directory.join("ca.pem"));
    let settings = [
        ("MYSQL_HOST", "db.example"),
        ("MYSQL_USER", "dog"),
        ("MYSQL_DATABASE", "dogs"),
        ("MYSQL_PASSWORD_FILE", password.to_str().unwrap()),
        ("MYSQL_TLS", "verify"),
        ("MYSQL_TLS_CA", ca.to_str().unwrap()),
    ];
    let check = || run_with(&Database::fresh_sqlite(), &settings, &["check-config"], b"");
    let refused = check();
    assert_eq!(refused.code, 1, "{refused:?}");
    for name in ["MYSQL_PASSWORD_FILE", "MYSQL_TLS_CA"] {
        assert!(refused.errors.contains(&format!("cannot read {name}")), "{refused:?}");
    }
    assert!(!refused.output.contains("valid"), "{refused:?}");
    std::fs::write(&password, SECRET).unwrap();
    std::fs::write(&ca, "authority").unwrap();
    let shown = check().successful();
    assert!(shown.starts_with("The configuration is valid. The database is mysql; nobody has asked it.\n"), "{shown}");
    // The tests set DATA_DIR, which MySQL does not use.
    for line in ["DATA_DIR               unused   /", "MYSQL_PORT             default  3306"] {
        assert!(shown.contains(line), "{line} is missing in\n{shown}");
    }
    assert!(!shown.contains(SECRET), "{shown}");
    let shown = run(&Database::fresh_sqlite(), &["check-config"]).successful();
    for line in [
        "MYSQL_PORT             unused   3306",
        "MIGRATE_ON_START       unused   false",
        "DATA_DIR               set      /",
    ] {
        assert!(shown.contains(line), "{line} is missing in\n{shown}");
    }
}

#[test]
fn a_password_never_appears_anywhere() {
    // Nobody listens there.
    let settings = [
        ("MYSQL_HOST", "127.0.0.1"),
        ("MYSQL_PORT", "1"),
        ("MYSQL_USER", "dog"),
        ("MYSQL_DATABASE", "dogs"),
        ("MYSQL_PASSWORD", SECRET),
        ("LOG_LEVEL", "debug"),
        ("MIGRATE_ON_START", "true"),
    ];
    let database = Database::fresh_sqlite();
    let app = App::start_with(&database, &settings);
    app.probe("/readyz");
    app.get("/");
    app.log.message("Not ready");
    let command_line = std::fs::read_to_string(format!("/proc/{}/cmdline", app.process.id())).unwrap();
    let mut printed = vec![command_line, app.log.text(), app.errors.text(), app.probe("/metrics").text()];
    for arguments in [&["--help"][..], &["serve", "--help"], &["visits"], &["migrate"], &["gifs", "list"]] {
        let finished = run_with(&database, &settings, arguments, b"");
        printed.extend([finished.output, finished.errors]);
    }
    for text in printed {
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[test]
fn a_flag_goes_before_a_variable() {
    let database = Database::fresh_sqlite();
    let finished = run_with(&database, &[("LOG_LEVEL", "info")], &["check-config", "--log-level", "loud"], b"");
    assert_eq!(finished.code, 2);
    assert!(finished.errors.contains("LOG_LEVEL=\"loud\""), "{finished:?}");
}

#[test]
fn a_port_that_is_taken_is_told_with_its_setting_and_a_remedy() {
    let app = App::start(&Database::fresh_sqlite());
    for (taken, setting, other) in [(app.address, "PORT", "OPS_PORT"), (app.operations, "OPS_PORT", "PORT")] {
        let port = taken.port().to_string();
        let finished = run_with(&Database::fresh_sqlite(), &[(setting, &port), (other, "0")], &["serve"], b"");
        assert_eq!(finished.code, 1);
        assert!(finished.errors.contains(&format!("cannot listen on {taken}")), "{finished:?}");
        assert!(finished.errors.contains(&format!("choose another port with {setting}, or stop")), "{finished:?}");
    }
}

#[test]
fn a_data_directory_that_cannot_be_made_is_told_with_a_remedy() {
    let finished = run(&Database::fresh_sqlite().with(&[("DATA_DIR", "/proc/no/such")]), &["visits"]);
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("/proc/no/such") && finished.errors.contains("DATA_DIR"), "{finished:?}");
}

#[test]
fn it_listens_on_loopback_unless_told_otherwise() {
    let app = App::start(&Database::fresh_sqlite());
    assert!(app.address.ip().is_loopback() && app.operations.ip().is_loopback());
}

#[test]
fn serve_is_what_happens_without_a_command() {
    // `App` starts the program without arguments; with the command it is the same.
    let mut command = program(&Database::fresh_sqlite(), &[("PORT", "0"), ("OPS_PORT", "0")]);
    command.arg("serve");
    let mut process = Process::spawn(command).unwrap_or_else(|error| panic!("{BINARY}: {error}"));
    let log = crate::harness::log::Lines::of(process.stdout());
    assert_eq!(log.message("Listening")["store"], "sqlite");
}

#[test]
fn an_address_of_another_machine_is_told_with_its_setting() {
    let elsewhere = [("BIND", "192.0.2.1"), ("PORT", "0"), ("OPS_PORT", "0")];
    let finished = run_with(&Database::fresh_sqlite(), &elsewhere, &["serve"], b"");
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("cannot listen on 192.0.2.1:0"), "{finished:?}");
    assert!(finished.errors.contains("BIND must be an address of this machine"), "{finished:?}");
}
