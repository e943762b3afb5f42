//! MIGRATE_ON_START, and commands on a schema that was never migrated.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl};

use crate::harness::app::{run, text};
use crate::harness::network::{From, Network};
use crate::harness::{App, Database, Server, wait};

#[test]
#[ignore = "needs a database server"]
fn serve_migrates_when_told_to_even_if_the_database_comes_later() {
    let mut server = Server::start();
    let database = Database::fresh_on(&server);
    server.stop();
    let app = App::start_with(&database, &[("MIGRATE_ON_START", "true")]);
    app.log.message("Cannot migrate, will try again");
    server.restart();
    let line = app.log.message("Database brought up to date");
    assert!(text(&line["migrations"]).contains("20261123000001"), "{line}");
    app.wait_until_ready();
}

#[test]
#[ignore = "needs a database server"]
fn replicas_that_all_migrate_on_start_do_not_disturb_each_other() {
    let database = Database::fresh();
    let apps: Vec<App> = (0..3).map(|_| App::start_with(&database, &[("MIGRATE_ON_START", "true")])).collect();
    apps.iter().for_each(App::wait_until_ready);
    let migrated = |app: &&App| app.log.text().contains("20261123000001");
    wait::until("the work of one", wait::PATIENCE, || (apps.iter().filter(migrated).count() == 1).then_some(()));
    for app in &apps {
        wait::until("the catalogue", wait::PATIENCE, || app.metric("gif_catalogue_size").filter(|gifs| *gifs > 0.0));
    }
    assert_eq!(apps.iter().filter(migrated).count(), 1, "one works, the others wait");
}

#[test]
#[ignore = "needs a database server"]
fn a_migration_that_hangs_does_not_keep_the_catalogue_waiting() {
    let database = Database::migrated();
    database.query(|connection| {
        // The lock of another migrator, which has vanished.
        connection.batch_execute("DO GET_LOCK(CONCAT('dog-gif-app/', DATABASE()), 0)")?;
        let app = App::start_with(&database, &[("MIGRATE_ON_START", "true")]);
        let dogs = || app.metric("gif_catalogue_size").filter(|gifs| *gifs > 0.0);
        wait::until("the catalogue", Duration::from_secs(15), dogs);
        Ok(())
    });
}

/// The kernel finds out after 30 s.
const GIVEN_UP: Duration = Duration::from_secs(45);

#[test]
#[ignore = "needs a database server"]
fn a_migration_whose_database_has_vanished_is_given_up_and_tried_again() {
    let test = "servers::migrating::a_migration_whose_database_has_vanished_is_given_up_and_tried_again";
    let Some(network) = Network::enter(test) else { return };
    let server = Server::start_on(network.hosts()[0].clone(), &[]);
    let database = Database::fresh_on(&server);
    let app = server.query(|root| {
        root.batch_execute(&format!("DO GET_LOCK('dog-gif-app/{}', 0)", database.setting("MYSQL_DATABASE")))?;
        let app = App::start_with(&database, &[("MIGRATE_ON_START", "true")]);
        wait::until("a migration that waits for the lock", wait::PATIENCE, || waiting(root).then_some(()));
        network.cut_off(0, From::Everything);
        app.log.wait_for("the end of that migration", GIVEN_UP, |line| line["msg"] == "Cannot migrate, will try again");
        network.reconnect(0);
        Ok(app)
    });
    app.log.message("Database brought up to date");
    app.wait_until_ready();
}

/// Whether a session waits for a lock by name.
fn waiting(root: &mut MysqlConnection) -> bool {
    let waiting = "SELECT COUNT(*) AS number FROM information_schema.processlist WHERE state = 'User lock'";
    diesel::sql_query(waiting).get_result::<Number>(root).is_ok_and(|found| found.number == 1)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[test]
#[ignore = "needs a database server"]
fn commands_on_a_schema_that_was_never_migrated_name_the_remedy() {
    let database = Database::fresh();
    for arguments in [&["visits"][..], &["gifs", "list"], &["gifs", "remove", "rex"]] {
        let finished = run(&database, arguments);
        assert_eq!(finished.code, 1);
        assert!(finished.errors.contains("run `dog-gif-app migrate`"), "{finished:?}");
    }
}
