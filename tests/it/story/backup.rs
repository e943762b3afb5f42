//! `backup` and `restore`: there and back, between backends, and under load.

use std::sync::mpsc::{self, TryRecvError};

use diesel::connection::SimpleConnection;
use dog_gif_app::store::{AnyConnection, catalogue_version, read_snapshot};

use crate::harness::app::{program, run, run_with};
use crate::harness::backups::{back_up, everything, facts, text};
use crate::harness::dogs::gif_of;
use crate::harness::load::Crowd;
use crate::harness::process::{Process, new_directory};
use crate::harness::{App, Database, wait};

#[test]
fn a_database_moves_to_sqlite_and_back_without_loss() {
    let database = Database::with_three_dogs();
    // The last one, so that its id is told by nothing but the sequence.
    run(&database, &["gifs", "remove", "odie-test"]).successful();
    visit(&database, 5);
    let before = everything(&database);
    let file = back_up(&database);
    assert_eq!((facts(&file).gifs, facts(&file).visits), (i64::try_from(before.len()).unwrap(), 5));

    let moved = Database::fresh_sqlite();
    let told = run(&moved, &["restore", text(&file)]).successful();
    assert!(
        told.starts_with(&format!("{} GIFs restored", before.len())) && told.contains("the count is 5\n"),
        "{told}"
    );
    assert!(everything(&moved) == before, "what SQLite holds differs from what was backed up");

    let back = Database::fresh();
    run(&back, &["restore", text(&back_up(&moved))]).successful();
    assert!(everything(&back) == before, "what came back differs from what was backed up");
    assert_eq!(back.total(), 5);
    let highest = before.last().unwrap().record.id;
    for database in [&moved, &back] {
        run_with(database, &[], &["gifs", "add", "-", "--title", "New"], &gif_of(41, 3)).successful();
        assert_eq!(
            everything(database).last().unwrap().record.id,
            highest + 2,
            "the id of a removed GIF is not used again"
        );
        // Neither are the bundled dogs added to it, nor does it count from the beginning.
        run(database, &["migrate"]).successful();
        assert_eq!(everything(database).len(), before.len() + 1);
        let app = App::start(database);
        assert_eq!(app.get("/").visitor(), Some(6));
    }
}

#[test]
fn an_empty_catalogue_stays_empty() {
    let database = Database::migrated();
    for gif in everything(&database) {
        run(&database, &["gifs", "remove", &gif.record.texts.slug]).successful();
    }
    let other = Database::fresh();
    run(&other, &["restore", text(&back_up(&database))]).successful();
    run(&other, &["migrate"]).successful();
    assert_eq!(everything(&other).len(), 0);
}

#[test]
fn a_snapshot_does_not_see_what_others_commit_meanwhile() {
    let database = Database::with_three_dogs();
    let before = everything(&database);
    let (visits, seen) = database.query(|connection| {
        read_snapshot(connection, |snapshot| {
            run(&database, &["gifs", "remove", "rex-test"]).successful();
            run_with(&database, &[], &["gifs", "add", "-"], &gif_of(42, 2)).successful();
            visit(&database, 1);
            let mut seen = Vec::new();
            while let Some(gif) = snapshot.next_gif()? {
                seen.push(gif);
            }
            Ok((snapshot.contents.visits, seen))
        })
    });
    assert!(seen == before, "the snapshot is not of one moment");
    assert_eq!((visits, database.total()), (0, 1));
}

#[test]
fn a_backup_under_load_is_as_of_one_moment() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    let crowd = Crowd::gather(&[app.address]);
    std::thread::scope(|scope| {
        // It ends when this is dropped, also by a panic.
        let (_stop, stopped) = mpsc::channel::<()>();
        let database = &database;
        scope.spawn(move || {
            for seed in (50..200).cycle().take_while(|_| stopped.try_recv() == Err(TryRecvError::Empty)) {
                run_with(database, &[], &["gifs", "add", "-", "--title", "Guest"], &gif_of(seed, 2)).successful();
                run(database, &["gifs", "remove", "guest"]).successful();
            }
        });
        crowd.wait_for_more(100);
        let mut overtaken = 0;
        // Without a snapshot, the number of GIFs and the GIFs would not be from the same moment.
        while overtaken < 6 {
            let (version_before, before) = (version(database), i64::try_from(crowd.acknowledged()).unwrap());
            let file = back_up(database);
            let (version_after, after) = (version(database), database.total());
            overtaken += usize::from(version_before != version_after);
            let visits = facts(&file).visits;
            assert!((before..=after).contains(&visits), "{visits} is not between {before} and {after}");
            crowd.wait_for_more(20);
        }
    });
    let record = crowd.disperse();
    record.check(0, database.total());
    assert_eq!(record.refusals.len(), 0, "a backup keeps no visit waiting");
}

#[test]
fn a_restore_under_load_neither_sets_the_count_back_nor_gives_a_number_twice() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    let crowd = Crowd::gather(&[app.address]);
    crowd.wait_for_more(200);
    let file = back_up(&database);
    run(&database, &["gifs", "remove", "bella-test"]).successful();
    wait::until("the removal", wait::PATIENCE, || (app.get("/dogs/bella-test").status == 404).then_some(()));
    crowd.wait_for_more(200);
    let told = run(&database, &["restore", text(&file), "--force"]).successful();
    assert!(told.contains("a count never goes back"), "{told}");
    crowd.wait_for_more(200);
    wait::until("the dog that is back", wait::PATIENCE, || (app.get("/dogs/bella-test").status == 200).then_some(()));
    let record = crowd.disperse();
    // Looking at the dog's page has counted as well, so that numbers are compared here, not totals.
    let mut numbers: Vec<i64> = record.numbers.iter().map(|(_, number)| *number).collect();
    numbers.sort_unstable();
    let given = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), given, "some numbers were given twice");
    assert!(record.wrong.is_empty(), "{:?}", record.wrong);
    assert!(numbers.last() <= Some(&database.total()));
}

#[test]
fn a_greater_count_is_taken_over_while_a_server_counts() {
    let source = Database::migrated();
    visit(&source, 40);
    let file = back_up(&source);
    let target = Database::migrated();
    let app = App::start(&target);
    assert_eq!(app.get("/").visitor(), Some(1));
    run(&target, &["restore", text(&file), "--force"]).successful();
    assert_eq!(app.get("/").visitor(), Some(41));
    assert_eq!(app.get("/").visitor(), Some(42));
}

#[test]
fn what_could_be_lost_is_only_replaced_with_force() {
    let file = back_up(&Database::migrated());
    let untouched = Database::migrated();
    run(&untouched, &["restore", text(&file)]).successful();

    let with_dogs = Database::with_three_dogs();
    let before = (everything(&with_dogs), version(&with_dogs));
    let refused = run(&with_dogs, &["restore", text(&file)]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("3 GIFs other than the bundled ones"), "{refused:?}");
    assert!(refused.errors.contains("--force"), "{refused:?}");
    assert!((everything(&with_dogs), version(&with_dogs)) == before, "a refused restore has changed something");
    run(&with_dogs, &["restore", text(&file), "--force"]).successful();
    assert!(everything(&with_dogs) == everything(&untouched));
    assert!(version(&with_dogs) > before.1, "servers that run would not notice");

    let visited = Database::migrated();
    visit(&visited, 1);
    let refused = run(&visited, &["restore", text(&file)]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("a count of 1"), "{refused:?}");

    let renamed = Database::migrated();
    renamed.query(|connection| {
        let retitle = "UPDATE gifs SET title = 'Mine' WHERE slug = 'corgi-wags'";
        Ok(batch_execute(connection, retitle, retitle)?)
    });
    assert_eq!(run(&renamed, &["restore", text(&file)]).code, 1, "a changed text is something to lose");
}

#[test]
fn a_restore_that_fails_at_its_last_step_has_changed_nothing() {
    let source = Database::with_three_dogs();
    // The counter only moves when the backup's is greater.
    visit(&source, 1);
    let file = back_up(&source);
    let database = Database::migrated();
    let before = (everything(&database), version(&database));
    database.query(|connection| {
        let mysql = "CREATE TRIGGER stop BEFORE UPDATE ON visit_counter FOR EACH ROW \
                     SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no further'";
        let sqlite = "CREATE TRIGGER stop BEFORE UPDATE ON visit_counter BEGIN SELECT RAISE(ABORT, 'no further'); END";
        Ok(batch_execute(connection, mysql, sqlite)?)
    });
    let failed = run(&database, &["restore", text(&file)]);
    assert_eq!(failed.code, 1, "{failed:?}");
    assert!(failed.errors.contains("no further"), "{failed:?}");
    assert!((everything(&database), version(&database)) == before, "half a restore is left");
}

#[test]
fn a_backup_goes_through_pipes() {
    let database = Database::with_three_dogs();
    let directory = new_directory("piped");
    let file = directory.join("dogs.tar");
    let mut command = program(&database, &[]);
    command.args(["backup", "-"]).stdout(std::fs::File::create(&file).unwrap());
    let status = Process::spawn(command).unwrap().wait(wait::PATIENCE);
    assert_eq!(status.code(), Some(0));
    let other = Database::fresh();
    run_with(&other, &[], &["restore", "-"], &std::fs::read(&file).unwrap()).successful();
    assert!(everything(&other) == everything(&database));
}

/// Lets so many visits be counted by a server of its own.
fn visit(database: &Database, times: usize) {
    let app = App::start(database);
    for _ in 0..times {
        assert!(app.get("/").visitor().is_some());
    }
}

fn version(database: &Database) -> i64 {
    database.query(catalogue_version)
}

fn batch_execute(connection: &mut AnyConnection, mysql: &str, sqlite: &str) -> diesel::QueryResult<()> {
    match connection {
        AnyConnection::Mysql(connection) => connection.batch_execute(mysql),
        AnyConnection::Sqlite(connection) => connection.batch_execute(sqlite),
    }
}
