//! The rows of `visit_writers`: few, and never judged by the clock of the program.

use std::fs::DirEntry;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use dog_gif_app::store::AnyConnection;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::harness::app::text;
use crate::harness::{App, Database, Server, variable, wait};

/// Long gone, and still to be kept, in days.
const OLD_DAYS: i64 = 31;
const YOUNG_DAYS: i64 = 29;

#[test]
#[ignore = "needs a database server"]
fn a_replica_whose_clock_runs_ahead_takes_nobody_for_dead() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    let library = faketime();
    let ahead = [("LD_PRELOAD", library.as_str()), ("FAKETIME", "+40d"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
    let ahead = App::start_with(&database, &ahead);
    let days = days_ahead(&ahead);
    assert!(days >= 39, "the clock of the second replica is only {days} days ahead");
    assert_eq!(ahead.get("/").visitor(), Some(2));
    assert_eq!(rows(&database), 2, "each replica has its row");
    assert_eq!(app.get("/").visitor(), Some(3));
    assert_eq!(ahead.get("/").visitor(), Some(4));
    assert_eq!(app.metric("visit_commit_failures_total"), Some(0.0));
}

#[test]
#[ignore = "needs a database server"]
fn rows_of_the_dead_are_removed_piece_by_piece() {
    let database = Database::migrated();
    for number in 0..260 {
        let days = if number < 250 { OLD_DAYS } else { YOUNG_DAYS };
        insert(&database, days);
    }
    let visit = || {
        let mut app = App::start(&database);
        assert_eq!(app.get("/").status, 200);
        assert_eq!(app.stop().code(), Some(0));
    };
    visit();
    let left = rows(&database);
    assert!((160..=171).contains(&left), "a connection looks at 100 rows, and {left} are left of 260");
    visit();
    visit();
    assert_eq!(rows(&database), 10, "those of the last 30 days are kept");
}

#[test]
#[ignore = "needs a database server"]
fn a_connection_takes_the_place_of_the_one_before_it() {
    let server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    let mut app = App::start(&database);
    for number in 1..=10 {
        assert_eq!(app.get("/").visitor(), Some(number));
        kill_connections(&server, &database);
    }
    // Rows that a dying connection still held are removed by the next one.
    wait::until("one row", wait::PATIENCE, || {
        assert_eq!(app.get("/").status, 200);
        (rows(&database) == 1).then_some(())
    });
    assert_eq!(app.stop().code(), Some(0));
    assert_eq!(rows(&database), 0, "a clean stop leaves nothing behind");
}

#[test]
#[ignore = "needs a database server"]
fn a_database_without_a_counter_collects_no_rows() {
    let database = Database::migrated();
    database.execute("DELETE FROM visit_counter");
    let app = App::start(&database);
    assert_eq!(app.get("/").status, 503);
    let tried = || app.metric("visit_commit_failures_total").filter(|failures| *failures >= 5.0);
    wait::until("several attempts", wait::PATIENCE, tried);
    assert_eq!(rows(&database), 0);
}

/// How far the clock of `app` is ahead of ours, as its log says.
#[expect(clippy::disallowed_methods, reason = "two clocks are compared")]
fn days_ahead(app: &App) -> i64 {
    let told = app.log.message("Listening");
    let then = OffsetDateTime::parse(text(&told["time"]), &Rfc3339).expect("a time");
    (then - OffsetDateTime::now_utc()).whole_days()
}

/// A library that lies to a program about the time.
fn faketime() -> String {
    let installed = || {
        let directories = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        let library = |directory: DirEntry| directory.path().join("faketime/libfaketime.so.1");
        let found = directories.map(library).find(|library| library.exists());
        found.expect("libfaketime is installed; try `make tools`").display().to_string()
    };
    variable("TEST_FAKETIME").unwrap_or_else(installed)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn rows(database: &Database) -> i64 {
    database.query(|connection: &mut AnyConnection| {
        let rows: Number = diesel::sql_query("SELECT COUNT(*) AS number FROM visit_writers").get_result(connection)?;
        Ok(rows.number)
    })
}

/// A row of a process that was last heard of so many days ago, by the database's clock.
fn insert(database: &Database, days: i64) {
    let statement = format!(
        "INSERT INTO visit_writers (id, batch, last_total, active_at) VALUES \
         (RANDOM_BYTES(16), 1, 1, CAST(UNIX_TIMESTAMP(NOW(3) - INTERVAL {days} DAY) * 1000 AS SIGNED))"
    );
    database.execute(&statement);
}

/// Ends every connection to a database, as an administrator can.
fn kill_connections(server: &Server, database: &Database) {
    let name = database.setting("MYSQL_DATABASE");
    let open = format!("SELECT CAST(ID AS SIGNED) AS number FROM information_schema.PROCESSLIST WHERE DB = '{name}'");
    let open: Vec<Number> = server.query(|root| diesel::sql_query(open).load(root));
    for Number { number: id } in open {
        // One that has ended meanwhile needs no killing.
        let _ = server.query(|root| Ok(root.batch_execute(&format!("KILL {id}"))));
    }
}
