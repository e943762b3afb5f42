//! The files that `backup` writes and `restore` reads: named, pruned, cut, changed, and on a full disk.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use dog_gif_app::store::AnyConnection;

use crate::harness::Database;
use crate::harness::app::{finish, program, run, timed};
use crate::harness::backups::{back_up, everything, facts, names, text};
use crate::harness::process::{make_pipe, new_directory};

#[test]
fn a_bad_file_is_refused_in_a_sentence_and_makes_no_database() {
    let good = std::fs::read(back_up(&Database::with_three_dogs())).unwrap();
    let directory = new_directory("bad");
    let changed_at = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let title = good.windows(5).position(|window| window == b"Bella").unwrap();
    for (name, bytes, sentence) in [
        ("cut", good[..good.len() / 2].to_vec(), "it ends in the middle"),
        ("cut-at-the-end", good[..good.len() - 1].to_vec(), "it ends in the middle"),
        ("longer", [&good[..], b"\n"].concat(), "something follows its end"),
        ("flipped-in-a-title", changed_at(title), "it is damaged"),
        ("flipped-in-the-middle", changed_at(good.len() / 2), "it is damaged"),
        ("flipped-in-a-header", changed_at(148), "it is damaged"),
        ("empty", Vec::new(), "it is not a backup"),
        ("foreign", std::fs::read("/proc/self/exe").unwrap(), "it is not a backup"),
    ] {
        let file = directory.join(name);
        std::fs::write(&file, bytes).unwrap();
        let database = Database::fresh_sqlite();
        let refused = run(&database, &["restore", text(&file)]);
        assert_eq!(refused.code, 1, "{name}: {refused:?}");
        assert!(refused.errors.contains(sentence) && refused.errors.contains(name), "{name}: {refused:?}");
        assert_eq!(refused.errors.lines().count(), 1, "{name}: {refused:?}");
        assert!(!database.directory.join("data").exists(), "{name}: a database was made");
    }
    let missing = run(&Database::fresh_sqlite(), &["restore", "/no/such/file.tar"]);
    assert!(missing.code == 1 && missing.errors.contains("/no/such/file.tar"), "{missing:?}");
}

#[test]
fn what_is_no_regular_file_is_refused_and_not_waited_for() {
    let database = Database::fresh_sqlite();
    let pipe = new_directory("pipe").join("dogs-2026-01-01T00-00-00Z.tar");
    make_pipe(&pipe);
    for path in [&pipe, Path::new("/dev/zero")] {
        let (took, refused) = timed(|| run(&database, &["restore", text(path)]));
        assert!(took < Duration::from_secs(10), "it took {took:?} to refuse {}", path.display());
        assert_eq!(refused.code, 1, "{refused:?}");
        let sentence = format!("cannot read {}: it is not a regular file", path.display());
        assert!(refused.errors.contains(&sentence), "{refused:?}");
    }
    assert!(!database.directory.join("data").exists(), "a database was made");
}

#[test]
fn a_format_of_the_future_is_told_by_its_number() {
    let good = std::fs::read(back_up(&Database::migrated())).unwrap();
    let file = new_directory("future").join("dogs.tar");
    let mut newer = good;
    let at = newer.windows(11).position(|window| window == b"\"format\": 1").unwrap();
    newer[at + 10] = b'2';
    std::fs::write(&file, newer).unwrap();
    let refused = run(&Database::fresh_sqlite(), &["restore", text(&file)]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("format 2") && refused.errors.contains("newer version"), "{refused:?}");
}

#[test]
fn tar_can_take_a_backup_apart() {
    let database = Database::with_three_dogs();
    let file = back_up(&database);
    let directory = new_directory("apart");
    let tar = Command::new("tar").arg("xf").arg(&file).arg("-C").arg(&directory).output().unwrap();
    assert!(tar.status.success() && tar.stderr.is_empty(), "{}", String::from_utf8_lossy(&tar.stderr));
    for gif in everything(&database) {
        let file = directory.join("gifs").join(format!("{}.gif", gif.record.texts.slug));
        assert!(std::fs::read(&file).unwrap() == gif.animation, "{}", file.display());
    }
    let told = std::fs::read_to_string(directory.join("gifs/bella-test.json")).unwrap();
    assert!(told.contains("Bella 🐕"), "{told}");
}

#[test]
fn a_file_that_is_there_is_only_replaced_with_force() {
    let database = Database::migrated();
    let file = new_directory("taken").join("dogs.tar");
    std::fs::write(&file, "precious").unwrap();
    let refused = run(&database, &["backup", text(&file)]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("is there already; --force"), "{refused:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    run(&database, &["backup", text(&file), "--force"]).successful();
    assert_eq!(facts(&file).gifs, 20);
    assert_eq!(names(file.parent().unwrap()), ["dogs.tar"]);
}

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_else() {
    let database = Database::migrated();
    let file = new_directory("full").join("dogs.tar");
    std::fs::write(&file, "precious").unwrap();
    let mut command = limited(&database, 200 * 1024);
    command.args(["backup", text(&file), "--force"]);
    let failed = finish(command, b"");
    assert_eq!(failed.code, 1, "{failed:?}");
    assert!(failed.errors.contains(text(&file)) && failed.errors.contains("File too large"), "{failed:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    assert_eq!(names(file.parent().unwrap()), ["dogs.tar"]);
}

#[test]
fn a_disk_that_fills_up_during_a_restore_leaves_the_database_as_it_was() {
    let file = back_up(&Database::with_three_dogs());
    let database = Database::migrated();
    let before = everything(&database);
    let mut command = limited(&database, 1024 * 1024);
    command.args(["restore", text(&file)]);
    let failed = finish(command, b"");
    assert_eq!(failed.code, 1, "{failed:?}");
    assert!(everything(&database) == before, "half a restore is left");
    run(&database, &["restore", text(&file)]).successful();
}

#[test]
fn backups_in_a_directory_are_named_by_time_and_old_ones_pruned() {
    let database = Database::migrated();
    let directory = new_directory("many");
    for name in ["notes.txt", "dog-gif-app-mine.tar", "last-drill.json", ".dog-gif-app-x.tar.0123.partial"] {
        std::fs::write(directory.join(name), "kept").unwrap();
    }
    for _ in 0..3 {
        run(&database, &["backup", text(&directory)]).successful();
    }
    let backups =
        || -> Vec<String> { names(&directory).into_iter().filter(|name| name.starts_with("dog-gif-app-2")).collect() };
    let three = backups();
    assert_eq!(three.len(), 3);
    let told = run(&database, &["backup", text(&directory), "--keep", "2"]).successful();
    assert!(told.contains("2 old backups removed"), "{told}");
    assert_eq!(backups().len(), 2);
    assert_eq!(backups()[0], three[2], "the newest stay");
    assert_eq!(names(&directory).len(), 2 + 4, "other files are left alone, and what someone may still be writing");
    let newest = directory.join(&backups()[1]);
    assert_eq!(facts(&newest).gifs, 20);
    let refused = run(&database, &["restore", text(&directory)]);
    assert!(refused.code == 1 && refused.errors.contains(text(&newest)), "{refused:?}");
}

#[test]
fn what_a_killed_backup_left_behind_is_removed_after_a_day() {
    let directory = new_directory("abandoned");
    let partial = directory.join(".dog-gif-app-2026-01-01T00-00-00.000Z.tar.0123456789abcdef.partial");
    std::fs::write(&partial, "half").unwrap();
    let file = std::fs::File::options().write(true).open(&partial).unwrap();
    let yesterday = file.metadata().unwrap().modified().unwrap() - std::time::Duration::from_hours(25);
    file.set_modified(yesterday).unwrap();
    run(&Database::migrated(), &["backup", text(&directory)]).successful();
    assert!(!partial.exists());
}

#[test]
fn a_mistake_in_the_path_is_told_and_makes_nothing() {
    let database = Database::migrated();
    let nowhere = run(&database, &["backup", "/no/such/directory/dogs.tar"]);
    assert!(nowhere.code == 1 && nowhere.errors.contains("/no/such/directory"), "{nowhere:?}");
    let file = new_directory("keep").join("dogs.tar");
    let keep = run(&database, &["backup", text(&file), "--keep", "3"]);
    assert!(keep.code == 1 && keep.errors.contains("--keep needs a directory"), "{keep:?}");
    assert!(!file.exists());
    let typo = Database::fresh_sqlite();
    let absent = run(&typo, &["backup", text(&file)]);
    assert!(absent.code == 1 && absent.errors.contains("there is no database at"), "{absent:?}");
    assert!(!typo.directory.join("data").exists() && !file.exists(), "a backup made what it should have found");
}

#[test]
fn bytes_that_went_bad_in_the_database_are_not_backed_up_as_good_ones() {
    let database = Database::with_three_dogs();
    database.query(|connection| {
        let AnyConnection::Sqlite(connection) = connection else { panic!("not SQLite") };
        let damage = "UPDATE gif_files SET animation = zeroblob(64) WHERE gif_id = \
                      (SELECT id FROM gifs WHERE slug = 'rex-test')";
        Ok(connection.batch_execute(damage)?)
    });
    let file = new_directory("rotten").join("dogs.tar");
    let refused = run(&database, &["backup", text(&file)]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("rex-test") && refused.errors.contains("gifs remove"), "{refused:?}");
    assert_eq!(names(file.parent().unwrap()), [""; 0]);
}

/// The program where no file may grow beyond `bytes`, told as an error as a full disk is.
fn limited(database: &Database, bytes: u64) -> Command {
    let mut command = program(database, &[]);
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
    // SAFETY: both calls are async-signal-safe, as is required between fork and exec.
    unsafe {
        command.pre_exec(move || {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            match libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        });
    }
    command
}
