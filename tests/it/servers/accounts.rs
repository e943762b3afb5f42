//! Passwords, sockets, and what becomes of a password that changes.

use crate::harness::app::{run, text};
use crate::harness::process::new_directory;
use crate::harness::server::PASSWORD;
use crate::harness::{App, Database, Server, wait};

#[test]
#[ignore = "needs a database server"]
fn the_path_of_a_socket_works_as_a_host() {
    let server = Server::shared();
    let database = Database::fresh_on(server).with(&[("MYSQL_HOST", &server.socket.display().to_string())]).migrate();
    let app = App::start(&database);
    app.wait_until_ready();
    assert_eq!(app.get("/").visitor(), Some(1));
}

#[test]
#[ignore = "needs a database server"]
fn a_rotated_password_file_is_used_without_a_restart() {
    let mut server = Server::start();
    let file = new_directory("secret").join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let mut database = Database::fresh_on(&server).with(&[("MYSQL_PASSWORD_FILE", file.to_str().unwrap())]);
    database.settings.retain(|(name, _)| name != "MYSQL_PASSWORD");
    let database = database.migrate();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));

    server.sql("ALTER USER 'dog'@'%' IDENTIFIED BY 'a new bone'");
    std::fs::write(&file, "a new bone").unwrap();
    // Every connection has to be made anew.
    server.kill();
    server.restart();
    wait::until("a visit with the new password", wait::PATIENCE, || {
        app.get("/").visitor().filter(|number| *number == 2)
    });
    app.wait_until_ready();
    assert!(!app.log.text().contains("bone"), "{}", app.log.text());
}

#[test]
#[ignore = "needs a database server"]
fn a_wrong_password_is_told_without_being_shown() {
    let database = Database::migrated().with(&[("MYSQL_PASSWORD", "wrong-and-secret")]);
    let app = App::start(&database);
    assert_eq!(app.probe("/readyz").status, 503);
    let told = app.log.message("Not ready");
    assert!(text(&told["cause"]).contains("Access denied"), "{told}");
    let finished = run(&database, &["visits"]);
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("Access denied"), "{finished:?}");
    for printed in [app.log.text(), finished.errors, finished.output] {
        assert!(!printed.contains("wrong-and-secret"), "{printed}");
    }
}

#[test]
#[ignore = "needs a database server"]
fn a_database_that_does_not_exist_is_told_by_name() {
    let finished = run(&Database::migrated().with(&[("MYSQL_DATABASE", "no_such_database")]), &["migrate"]);
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("no_such_database"), "{finished:?}");
}

#[test]
#[ignore = "needs a database server"]
fn a_missing_grant_is_told_as_such_and_never_as_a_missing_table() {
    let server = Server::shared();
    let database = Database::migrated();
    let schema = database.setting("MYSQL_DATABASE");
    server.sql(&format!("CREATE USER 'curious_{schema}'@'%' IDENTIFIED BY 'bone'"));
    let as_nobody = database.with(&[("MYSQL_USER", &format!("curious_{schema}")), ("MYSQL_PASSWORD", "bone")]);
    for (grant, sentence) in [
        ("", format!("Access denied for user 'curious_{schema}'@'%' to database '{schema}'")),
        ("SELECT ON SCHEMA.visit_counter", "SELECT command denied to user".into()),
    ] {
        if !grant.is_empty() {
            server.sql(&format!("GRANT {} TO 'curious_{schema}'@'%'", grant.replace("SCHEMA", schema)));
        }
        for command in ["visits", "migrate"] {
            let refused = run(&as_nobody, &[command]);
            assert_eq!(refused.code, 1, "{refused:?}");
            assert!(!refused.errors.contains("never migrated"), "{grant:?}, {command}: {refused:?}");
            if command == "visits" {
                assert!(refused.errors.contains(&sentence), "{grant:?}: {refused:?}");
                assert_eq!(refused.errors.matches("denied").count(), 1, "told twice: {refused:?}");
            }
        }
    }
}

#[test]
#[ignore = "needs a database server"]
fn a_schema_that_was_never_migrated_is_told_in_whatever_language_the_server_speaks() {
    let server = Server::shared();
    let database = Database::fresh();
    server.sql("SET GLOBAL lc_messages = 'de_DE'");
    let refused = run(&database, &["visits"]);
    server.sql("SET GLOBAL lc_messages = 'en_US'");
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("never migrated") && refused.errors.contains("dog-gif-app migrate"), "{refused:?}");
}
