//! `visits set`: a count that is set back on purpose, while nobody counts.

use crate::harness::app::run;
use crate::harness::database::{Backend, backend};
use crate::harness::{App, Database};

#[test]
fn the_count_is_set_while_nobody_counts() {
    let database = Database::migrated();
    let mut app = App::start(&database);
    for number in 1..=3 {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    assert_eq!(app.stop().code(), Some(0));
    let set = run(&database, &["visits", "set", "1", "--yes"]).successful();
    assert_eq!(set, "The count was 3 and is 1 now.\n");
    assert_eq!(run(&database, &["visits"]).successful(), "1\n");
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(2));
}

#[test]
fn without_yes_the_count_stays_and_the_command_says_what_it_would_do() {
    let database = Database::migrated();
    let refused = run(&database, &["visits", "set", "7"]);
    assert_eq!(refused.code, 1);
    let expected = "dog-gif-app: this sets the count from 0 to 7; stop every server first, then say --yes\n";
    assert_eq!(refused.errors, expected);
    assert_eq!(database.total(), 0);
}

#[test]
fn a_count_below_nothing_is_a_mistake_in_the_call() {
    let refused = run(&Database::migrated(), &["visits", "set", "--yes", "--", "-1"]);
    assert_eq!(refused.code, 2);
    assert!(refused.errors.contains("-1 is not in 0.."), "{}", refused.errors);
}

#[test]
fn the_count_is_not_set_while_a_server_runs() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    let refused = run(&database, &["visits", "set", "0", "--yes"]);
    assert_eq!(refused.code, 1);
    let reason = "dog-gif-app: the count stays as it is; stop every server first: ";
    assert!(refused.errors.starts_with(reason), "{}", refused.errors);
    assert_eq!(database.total(), 1);
    assert_eq!(app.get("/").visitor(), Some(2), "the server goes on counting");
}

#[test]
fn after_a_server_was_killed_a_shared_database_waits_for_a_while() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    drop(app);
    // The server of a database sees the end of a connection a moment later.
    let refused = run(&database, &["visits", "set", "0", "--yes"]);
    if backend() == Backend::Sqlite {
        // The kernel knows that nobody has the file open.
        assert_eq!(refused.successful(), "The count was 1 and is 0 now.\n");
    } else {
        let set = || run(&database, &["visits", "set", "0", "--yes"]).errors;
        let lately = |errors: String| errors.contains("has not stopped cleanly counted").then_some(());
        crate::harness::wait::until("the end of its connections", crate::harness::wait::PATIENCE, || lately(set()));
        assert_eq!(database.total(), 1);
    }
}
