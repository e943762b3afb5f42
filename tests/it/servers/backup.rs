//! Which rights `backup` and `restore` need, that a server which cannot take a restore is left as it was, and that a
//! restore whose machine vanishes does not hold up visits.

use std::sync::mpsc;
use std::time::Duration;

use dog_gif_app::store::{AnyConnection, atomically, raise_visits};

use crate::harness::app::{run, timed};
use crate::harness::backups::{back_up, everything, text};
use crate::harness::{App, Database, Server, wait};

#[test]
#[ignore = "needs a database server"]
fn a_backup_needs_the_right_to_select_and_nothing_else() {
    let database = Database::with_three_dogs();
    let file = back_up(&account(&database, "reader", "SELECT"));
    let other = Database::fresh();
    run(&other, &["restore", text(&file)]).successful();
    assert!(everything(&other) == everything(&database));
}

#[test]
#[ignore = "needs a database server"]
fn a_restore_needs_no_more_rights_than_a_server_that_counts() {
    let file = back_up(&Database::with_three_dogs());
    let rights = "SELECT, INSERT, UPDATE, DELETE";
    let migrated = Database::migrated();
    run(&account(&migrated, "writer", rights), &["restore", text(&file)]).successful();
    assert_eq!(everything(&migrated).len(), 23);

    let empty = Database::fresh();
    let refused = run(&account(&empty, "writer_of_nothing", rights), &["restore", text(&file)]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("run `dog-gif-app migrate`"), "{refused:?}");
}

#[test]
#[ignore = "needs a database server"]
fn a_restore_that_vanishes_holds_up_visits_for_seconds_only() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    let (raised, is_raised) = mpsc::channel();
    let (go_on, end) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let restore = move |connection: &mut AnyConnection| {
            raise_visits(connection, 1000)?;
            raised.send(()).unwrap();
            // The rest does not come before the end.
            let _ = end.recv();
            Ok(())
        };
        let database = &database;
        let restore = scope.spawn(move || database.try_query(|connection| atomically(connection, restore)));
        is_raised.recv().unwrap();
        let (took, number) = timed(|| wait::until("a number", wait::PATIENCE, || app.get("/").visitor()));
        drop(go_on);
        assert_eq!(number, 2);
        assert!(took < Duration::from_secs(10), "it took {took:?}");
        restore.join().unwrap().expect_err("a session that was ended");
    });
    assert_eq!(database.total(), 2);
}

/// The same database through an account that has `rights` only.
fn account(database: &Database, user: &str, rights: &str) -> Database {
    let schema = database.setting("MYSQL_DATABASE");
    Server::shared().sql(&format!(
        "CREATE USER '{user}'@'%' IDENTIFIED BY 'a bone'; GRANT {rights} ON `{schema}`.* TO '{user}'@'%'"
    ));
    database.with(&[("MYSQL_USER", user), ("MYSQL_PASSWORD", "a bone")])
}
