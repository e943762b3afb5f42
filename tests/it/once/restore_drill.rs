//! `restore-drill`: what it accepts, what it refuses, and what it leaves behind.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::app::{Finished, run, run_with};
use crate::harness::backups::{names, text};
use crate::harness::process::new_directory;
use crate::harness::{App, Database};

#[test]
fn a_drill_restores_the_newest_backup_and_remembers_the_count() {
    let source = Database::with_three_dogs();
    let directory = new_directory("backups");
    visit(&source, 3);
    run(&source, &["backup", text(&directory)]).successful();
    let first = drill(&directory).finished.successful();
    assert!(first.contains("23 GIFs, every digest right; the count is 3 (this is the first drill here)"), "{first}");
    visit(&source, 2);
    run(&source, &["backup", text(&directory)]).successful();
    let second = drill(&directory).finished.successful();
    assert!(second.contains("the count is 5 (3 at the last drill"), "{second}");
    let newest = newest(&directory);
    let record = record(&directory);
    assert_eq!(
        (&record["visits"], &record["gifs"], &record["file"]),
        (&5.into(), &23.into(), &newest.file_name().unwrap().to_str().unwrap().into())
    );
    assert!(record["at"].as_str().unwrap().ends_with('Z'), "{record}");
    // Once more with the same file: nothing is wrong with that.
    drill(&directory).finished.successful();
}

#[test]
fn a_drill_leaves_nothing_behind_and_touches_no_database() {
    let directory = new_directory("backups");
    run(&Database::migrated(), &["backup", text(&directory)]).successful();
    let drill = drill(&directory);
    drill.finished.successful();
    assert_eq!(names(&drill.temporary), [""; 0]);
    assert!(!drill.nobody.directory.join("data").exists(), "the configured database was made");
}

#[test]
fn a_count_below_the_last_drill_is_refused() {
    let directory = new_directory("backups");
    let source = Database::migrated();
    visit(&source, 4);
    run(&source, &["backup", text(&directory)]).successful();
    drill(&directory).finished.successful();
    let before = record(&directory);
    // Someone has begun with a new database.
    run(&Database::migrated(), &["backup", text(&directory)]).successful();
    let refused = drill(&directory).finished;
    assert_eq!(refused.code, 1);
    for word in ["its count is 0", "less than the 4", "last-drill.json", text(&newest(&directory))] {
        assert!(refused.errors.contains(word), "{word} is missing in {refused:?}");
    }
    assert_eq!(record(&directory), before, "a drill that failed is not remembered");
    std::fs::remove_file(directory.join("last-drill.json")).unwrap();
    drill(&directory).finished.successful();
}

#[test]
fn a_changed_byte_is_seen() {
    let directory = new_directory("backups");
    run(&Database::migrated(), &["backup", text(&directory)]).successful();
    let file = newest(&directory);
    let good = std::fs::read(&file).unwrap();
    for at in [600, good.len() / 3, good.len() - 1500] {
        let mut changed = good.clone();
        changed[at] ^= 0x10;
        std::fs::write(&file, changed).unwrap();
        let drill = drill(&directory);
        let Finished { code, errors, .. } = &drill.finished;
        assert!(*code == 1 && errors.contains("it is damaged") && errors.contains(text(&file)), "{at}: {errors}");
        assert_eq!(names(&drill.temporary), [""; 0]);
    }
    assert!(!directory.join("last-drill.json").exists());
}

#[test]
fn a_directory_without_backups_is_refused() {
    let directory = new_directory("backups");
    std::fs::write(directory.join("dogs.tar"), "not named by us").unwrap();
    let refused = drill(&directory).finished;
    assert!(refused.code == 1 && refused.errors.contains("holds no backup"), "{refused:?}");
    let absent = drill(Path::new("/no/such/backups")).finished;
    assert!(absent.code == 1 && absent.errors.contains("/no/such/backups"), "{absent:?}");
}

#[test]
fn a_record_that_cannot_be_read_is_told_and_not_replaced() {
    let directory = new_directory("backups");
    run(&Database::migrated(), &["backup", text(&directory)]).successful();
    std::fs::write(directory.join("last-drill.json"), "{\"visits\": ").unwrap();
    let refused = drill(&directory).finished;
    assert!(refused.code == 1 && refused.errors.contains("is not the record of a drill"), "{refused:?}");
    assert_eq!(std::fs::read(directory.join("last-drill.json")).unwrap(), b"{\"visits\": ");
}

#[test]
fn no_room_for_the_scratch_database_is_told() {
    let directory = new_directory("backups");
    run(&Database::migrated(), &["backup", text(&directory)]).successful();
    let nobody = Database::fresh_sqlite();
    let refused = run_with(&nobody, &[("TMPDIR", "/no/such/tmp")], &["restore-drill", text(&directory)], b"");
    assert!(refused.code == 1 && refused.errors.contains("TMPDIR /no/such/tmp"), "{refused:?}");
}

struct Drill {
    finished: Finished,
    /// The TMPDIR that it had for itself.
    temporary: PathBuf,
    /// The database that it was configured for, and has no business with.
    nobody: Database,
}

fn drill(directory: &Path) -> Drill {
    let (temporary, nobody) = (new_directory("tmp"), Database::fresh_sqlite());
    let finished = run_with(&nobody, &[("TMPDIR", text(&temporary))], &["restore-drill", text(directory)], b"");
    Drill { finished, temporary, nobody }
}

fn record(directory: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(directory.join("last-drill.json")).unwrap()).unwrap()
}

fn newest(directory: &Path) -> PathBuf {
    let backups = names(directory).into_iter().rfind(|name| name.ends_with(".tar"));
    directory.join(backups.expect("a backup"))
}

fn visit(database: &Database, times: usize) {
    let app = App::start(database);
    for _ in 0..times {
        assert!(app.get("/").visitor().is_some());
    }
}
