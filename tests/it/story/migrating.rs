//! `migrate`, alone and three times at once, there and back.

use dog_gif_app::store::{AnyConnection, Error, ensure_current, for_each_gif, migrate, revert_all};

use crate::harness::app::{program, run};
use crate::harness::database::{Backend, backend};
use crate::harness::process::Process;
use crate::harness::{Database, wait};

#[test]
fn a_fresh_database_gets_tables_and_the_bundled_dogs_once() {
    let database = Database::fresh();
    let first = run(&database, &["migrate"]).successful();
    assert!(first.contains("applied 20261123000001"), "{first}");
    assert!(first.contains("bundled dogs"), "{first}");
    let second = run(&database, &["migrate"]).successful();
    assert!(second.contains("nothing to do"), "{second}");
    assert_eq!(run(&database, &["visits"]).successful(), "0\n");
}

#[test]
fn an_interrupted_first_start_is_completed_by_the_next() {
    let bundled = dog_gif_app::gallery::bundled().len();
    for stage in ["tables", "dogs"] {
        let database = Database::fresh();
        let mut command = program(&database, &[]);
        command.arg("migrate");
        let mut migrator = Process::spawn(command).unwrap();
        wait::until("tables", wait::PATIENCE, || database.try_query(ensure_current).ok());
        if stage == "dogs" {
            let seen = wait::until("dogs", wait::PATIENCE, || database.try_query(dogs).ok().filter(|dogs| *dogs > 0));
            assert_eq!(seen, bundled, "they come all at once");
        }
        migrator.kill();
        run(&database, &["migrate"]).successful();
        assert_eq!(database.query(dogs), bundled, "after a kill at {stage}");
    }
}

#[test]
fn the_first_dogs_come_all_at_once_or_not_at_all() {
    let database = Database::migrated();
    let bundled = dog_gif_app::gallery::bundled().len();
    // As it is before the first dog came; the tenth is refused.
    let refuse = match backend() {
        Backend::Sqlite => {
            "BEFORE INSERT ON gifs WHEN (SELECT COUNT(*) FROM gifs) > 8 BEGIN SELECT RAISE(ABORT, 'no'); END"
        }
        Backend::Server(_) => {
            "BEFORE INSERT ON gifs FOR EACH ROW BEGIN IF (SELECT COUNT(*) FROM gifs) > 8 THEN SIGNAL SQLSTATE '45000'; \
             END IF; END"
        }
    };
    database.execute("DELETE FROM gifs");
    database.execute("UPDATE catalogue SET version = 0");
    database.execute(&format!("CREATE TRIGGER no_tenth {refuse}"));
    let refused = run(&database, &["migrate"]);
    assert_eq!((refused.code, database.query(dogs)), (1, 0), "{refused:?}");
    database.execute("DROP TRIGGER no_tenth");
    run(&database, &["migrate"]).successful();
    assert_eq!(database.query(dogs), bundled);
}

#[test]
fn three_migrators_at_once_do_the_work_of_one() {
    let database = Database::fresh();
    let outputs: Vec<String> = std::thread::scope(|scope| {
        let migrators: Vec<_> = (0..3).map(|_| scope.spawn(|| run(&database, &["migrate"]).successful())).collect();
        migrators.into_iter().map(|migrator| migrator.join().unwrap()).collect()
    });
    let applied = outputs.iter().filter(|output| output.contains("applied 20261123000001")).count();
    assert_eq!(applied, 1, "{outputs:?}");
    let slugs = run(&database, &["gifs", "list"]).successful();
    let bundled = dog_gif_app::gallery::bundled().len();
    assert_eq!(slugs.lines().count(), bundled, "each bundled dog is there once: {outputs:?}\n{slugs}");
}

#[test]
fn removed_bundled_dogs_stay_removed_until_they_are_asked_for() {
    let database = Database::migrated();
    let bundled = dog_gif_app::gallery::bundled().len();
    let first = run(&database, &["gifs", "list"]).successful();
    let slug = first.split_whitespace().next().unwrap();
    run(&database, &["gifs", "remove", slug]).successful();
    run(&database, &["migrate"]).successful();
    assert_eq!(run(&database, &["gifs", "list"]).successful().lines().count(), bundled - 1);
    let added = run(&database, &["gifs", "add", "--bundled"]).successful();
    assert_eq!(added, format!("1 added, {} there already\n", bundled - 1));
}

#[test]
fn every_migration_can_be_reverted_and_applied_again() {
    let database = Database::migrated();
    database.query(revert_all);
    let pending = database.query(|connection| Ok(ensure_current(connection).unwrap_err()));
    assert!(matches!(pending, Error::Schema(_)), "{pending}");
    // Everything is gone: applying it again finds nothing in its way, and nothing left over.
    assert_eq!(database.query(migrate).len(), 2);
    run(&database, &["migrate"]).successful();
    assert_eq!(
        run(&database, &["gifs", "list"]).successful(),
        run(&Database::migrated(), &["gifs", "list"]).successful()
    );
    assert_eq!(database.total(), 0);
}

fn dogs(connection: &mut AnyConnection) -> Result<usize, Error> {
    let mut dogs = 0;
    for_each_gif(connection, |_| dogs += 1)?;
    Ok(dogs)
}
