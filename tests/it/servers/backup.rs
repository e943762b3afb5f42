//! Which rights `backup` and `restore` need, and that a server which cannot take a restore is left as it was.

use crate::harness::app::run;
use crate::harness::backups::{back_up, everything, text};
use crate::harness::{Database, Server};

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

/// The same database through an account that has `rights` only.
fn account(database: &Database, user: &str, rights: &str) -> Database {
    let schema = &database.settings.iter().find(|(name, _)| name == "MYSQL_DATABASE").unwrap().1;
    Server::shared().sql(&format!(
        "CREATE USER '{user}'@'%' IDENTIFIED BY 'a bone'; GRANT {rights} ON `{schema}`.* TO '{user}'@'%'"
    ));
    database.with(&[("MYSQL_USER", user), ("MYSQL_PASSWORD", "a bone")])
}
