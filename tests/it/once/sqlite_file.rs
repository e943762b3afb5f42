//! The file of the embedded database: taken away while it is open, closed whole, and looked at before it is believed.

use std::path::{Path, PathBuf};

use crate::harness::app::{Finished, run, text};
use crate::harness::backups::{back_up, names};
use crate::harness::process::new_directory;
use crate::harness::{App, Database, wait};

#[test]
fn no_visit_is_acknowledged_once_the_file_is_deleted_or_replaced() {
    for what in ["deleted", "replaced", "wal deleted", "directory renamed"] {
        let database = Database::fresh_sqlite().migrate();
        let app = App::start(&database);
        for number in 1..=3 {
            assert_eq!(app.get("/").visitor(), Some(number), "{what}");
        }
        app.wait_until_ready();
        let file = file_of(&database);
        match what {
            "deleted" => std::fs::remove_file(&file).unwrap(),
            "replaced" => {
                let copy = file.with_extension("copy");
                std::fs::copy(&file, &copy).unwrap();
                std::fs::rename(copy, &file).unwrap();
            }
            "wal deleted" => std::fs::remove_file(beside(&file, "-wal")).unwrap(),
            _ => std::fs::rename(file.parent().unwrap(), database.directory.join("elsewhere")).unwrap(),
        }
        for _ in 0..5 {
            let page = app.get("/");
            assert_eq!((page.status, page.visitor()), (503, None), "{what}");
        }
        assert_eq!(app.probe("/readyz").status, 503, "{what}");
        for message in ["Cannot count visits, will try again", "Not ready"] {
            let line = app.log.message(message);
            assert!(text(&line["cause"]).contains("dog-gif-app.db"), "{what}: {line}");
        }
        assert_eq!(app.probe("/livez").status, 200, "{what}");
    }
}

#[test]
fn an_idle_server_is_not_ready_without_its_file() {
    let database = Database::fresh_sqlite().migrate();
    let app = App::start(&database);
    app.wait_until_ready();
    std::fs::remove_file(file_of(&database)).unwrap();
    assert_eq!(app.probe("/readyz").status, 503);
}

#[test]
fn a_file_that_is_put_back_is_counted_on() {
    let database = Database::fresh_sqlite().migrate();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    let (file, away) = (file_of(&database), database.directory.join("away"));
    std::fs::rename(&file, &away).unwrap();
    assert_eq!(app.get("/").visitor(), None);
    std::fs::rename(&away, &file).unwrap();
    let number = wait::until("a number", wait::PATIENCE, || app.get("/").visitor());
    assert!(number > 1, "{number} was given before");
    assert_eq!(database.total(), number);
}

#[test]
fn nothing_is_lost_when_only_the_wal_was_deleted() {
    let database = Database::fresh_sqlite().migrate();
    let mut app = App::start(&database);
    for number in 1..=20 {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    std::fs::remove_file(beside(&file_of(&database), "-wal")).unwrap();
    assert_eq!(app.get("/").visitor(), None);
    app.process.kill();
    let app = App::start(&database);
    let number = app.get("/").visitor().expect("a number");
    assert!(number > 20, "{number} was given before");
}

#[test]
fn a_clean_stop_leaves_everything_in_the_one_file() {
    let database = Database::fresh_sqlite().migrate();
    let mut app = App::start(&database);
    for number in 1..=7 {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    app.wait_until_ready();
    assert_eq!(app.stop().code(), Some(0));
    let file = file_of(&database);
    for ending in ["-wal", "-shm"] {
        assert!(!beside(&file, ending).exists(), "{ending} is left");
    }
    let copy = Database::fresh_sqlite();
    std::fs::create_dir(copy.directory.join("data")).unwrap();
    std::fs::copy(&file, file_of(&copy)).unwrap();
    assert_eq!(run(&copy, &["visits"]).successful(), "7\n");
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_as_it_is() {
    let foreign_database = new_directory("foreign").join("other.db");
    make_sqlite(&foreign_database, "CREATE TABLE cats (name TEXT); INSERT INTO cats VALUES ('Tom')");
    let foreign_database = std::fs::read(foreign_database).unwrap();
    for (what, bytes, sentence) in [
        ("empty", &b""[..], "is empty"),
        ("text", &b"Dear diary, today I met a dog. ".repeat(50), "is not a database of this program"),
        ("another program's", &foreign_database, "is not a database of this program"),
    ] {
        for command in [&["serve"][..], &["migrate"], &["visits"], &["gifs", "list"], &["gifs", "add", "--bundled"]] {
            let database = Database::fresh_sqlite().with(&[("PORT", "0"), ("OPS_PORT", "0")]);
            let file = file_of(&database);
            std::fs::create_dir(file.parent().unwrap()).unwrap();
            std::fs::write(&file, bytes).unwrap();
            let refused = run(&database, command);
            assert_eq!(refused.code, 1, "{what}, {command:?}: {refused:?}");
            assert!(refused.errors.contains(sentence), "{what}, {command:?}: {refused:?}");
            assert!(refused.errors.contains("restore"), "no remedy: {refused:?}");
            assert_eq!(std::fs::read(&file).unwrap(), bytes, "{what} was changed by {command:?}");
            assert_eq!(names(file.parent().unwrap()), ["dog-gif-app.db"], "{what}, {command:?}");
        }
    }
}

#[test]
fn a_wal_that_was_deleted_after_a_crash_is_missed() {
    for endings in [&["-wal"][..], &["-wal", "-shm"]] {
        let database = crashed_at(5);
        let file = file_of(&database);
        for ending in endings {
            std::fs::remove_file(beside(&file, ending)).unwrap();
        }
        for command in [&["serve"][..], &["migrate"], &["visits"], &["gifs", "list"]] {
            let refused = run(&database, command);
            assert_eq!(refused.code, 1, "{endings:?}, {command:?}: {refused:?}");
            assert!(refused.errors.contains("-wal") && refused.errors.contains("restore"), "{refused:?}");
        }
    }
}

#[test]
fn a_crash_alone_loses_nothing() {
    let database = crashed_at(5);
    assert_eq!(run(&database, &["visits"]).successful(), "5\n");
    assert_eq!(App::start(&database).get("/").visitor(), Some(6));
}

#[test]
fn a_database_that_went_back_is_taken_when_its_owner_insists() {
    let database = crashed_at(5);
    let file = file_of(&database);
    for ending in ["-wal", "-shm"] {
        std::fs::remove_file(beside(&file, ending)).unwrap();
    }
    let refused = run(&database, &["serve"]);
    assert!(refused.errors.contains("counts 0 visits, but 5 were acknowledged"), "{refused:?}");
    std::fs::remove_file(beside(&file, "-highest")).unwrap();
    assert_eq!(App::start(&database).get("/").visitor(), Some(1));
}

#[test]
fn a_restored_count_goes_on_from_what_was_acknowledged() {
    let database = crashed_at(5);
    let file = file_of(&database);
    for ending in ["-wal", "-shm", ""] {
        std::fs::remove_file(beside(&file, ending)).unwrap();
    }
    let backup = back_up(&Database::fresh_sqlite().migrate());
    let restored = run(&database, &["restore", backup.to_str().unwrap()]).successful();
    assert!(restored.contains("the count is 5"), "{restored}");
    assert_eq!(App::start(&database).get("/").visitor(), Some(6));
}

#[test]
fn leftovers_without_a_database_are_told_and_nothing_begins_at_0() {
    for leftover in [
        "dog-gif-app.db-wal",
        "dog-gif-app.db-highest",
        "dog-gif-app.db.old",
        "dog-gif-app-2026-11-24T20-30-00.000Z.tar",
    ] {
        for command in [&["serve"][..], &["migrate"], &["gifs", "add", "--bundled"]] {
            let database = Database::fresh_sqlite().with(&[("PORT", "0"), ("OPS_PORT", "0")]);
            let data = database.directory.join("data");
            std::fs::create_dir(&data).unwrap();
            std::fs::write(data.join(leftover), "5\n").unwrap();
            let Finished { code, errors, .. } = run(&database, command);
            assert_eq!(code, 1, "{leftover}, {command:?}: {errors}");
            assert!(errors.contains(leftover) && errors.contains("restore"), "{leftover}, {command:?}: {errors}");
            assert_eq!(names(&data), [leftover], "{command:?}");
        }
    }
}

#[test]
fn what_is_not_ours_does_not_hinder_a_first_start() {
    let database = Database::fresh_sqlite();
    let data = database.directory.join("data");
    std::fs::create_dir(&data).unwrap();
    // An interrupted first start leaves the second, and a file system the first.
    for name in ["lost+found", "dog-gif-app.db-new", "dog-gif-app"] {
        std::fs::write(data.join(name), "").unwrap();
    }
    run(&database, &["migrate"]).successful();
    assert_eq!(names(&data), ["dog-gif-app", "dog-gif-app.db", "lost+found"]);
}

/// A database that was killed with its server, after so many visits.
fn crashed_at(visits: i64) -> Database {
    let database = Database::fresh_sqlite().migrate().with(&[("PORT", "0"), ("OPS_PORT", "0")]);
    let mut app = App::start(&database);
    for number in 1..=visits {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    app.process.kill();
    database
}

fn file_of(database: &Database) -> PathBuf {
    database.directory.join("data/dog-gif-app.db")
}

/// The file beside `file` that SQLite, or this program, has named after it.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn make_sqlite(file: &Path, statements: &str) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    connection.batch_execute(statements).unwrap();
}
