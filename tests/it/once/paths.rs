//! Paths are bytes: whatever a file is called, it can be named.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::harness::Database;
use crate::harness::app::{Finished, finish, program};
use crate::harness::dogs::{gif_of, write_three};
use crate::harness::process::new_directory;

/// Neither UTF-8 nor harmless in a URI.
const ODD: &[u8] = b"d\xf6gs?mode=memory&%41#";

#[test]
fn a_data_directory_may_have_any_name() {
    for by_flag in [false, true] {
        let database = Database::fresh_sqlite();
        let data = database.directory.join(OsStr::from_bytes(ODD));
        let run = |arguments: &[&str]| {
            let mut command = program(&database, &[]);
            command.args(arguments);
            if by_flag {
                command.arg("--data-dir").arg(&data);
            } else {
                command.env("DATA_DIR", &data);
            }
            finish(command, b"").successful()
        };
        run(&["migrate"]);
        assert!(data.join("dog-gif-app.db").is_file());
        assert_eq!(run(&["visits"]), "0\n");
        assert!(run(&["check-config"]).contains("DATA_DIR"));
    }
}

#[test]
fn files_and_directories_may_have_any_name() {
    let database = Database::fresh_sqlite().migrate();
    let directory = new_directory("odd");
    let path = |name: &str| directory.join(OsStr::from_bytes(&[ODD, name.as_bytes()].concat()));
    std::fs::write(path(".gif"), gif_of(41, 3)).unwrap();
    let added = run(&database, &["gifs", "add"], &path(".gif")).successful();
    assert!(added.ends_with("1 added, 0 there already, 0 failed\n"), "{added}");

    let dogs = path("-dogs");
    std::fs::create_dir(&dogs).unwrap();
    write_three(&dogs);
    std::fs::write(dogs.join(OsStr::from_bytes(b"\xff.gif")), gif_of(42, 3)).unwrap();
    let added = run(&database, &["gifs", "add"], &dogs).successful();
    assert!(added.ends_with("4 added, 0 there already, 0 failed\n"), "{added}");

    run(&database, &["gifs", "export"], &path("-export")).successful();
    assert!(path("-export").join("manifest.json").is_file());
    run(&database, &["backup"], &path(".tar")).successful();
    let other = Database::fresh_sqlite();
    run(&other, &["restore"], &path(".tar")).successful();
    assert_eq!(
        run(&other, &["gifs", "list"], Path::new("--json")).successful(),
        run(&database, &["gifs", "list"], Path::new("--json")).successful()
    );
    let backups = path("-backups");
    std::fs::create_dir(&backups).unwrap();
    run(&database, &["backup"], &backups).successful();
    let mut drill = program(&other, &[]);
    drill.arg("restore-drill").arg(&backups).env("TMPDIR", &dogs);
    finish(drill, b"").successful();
}

#[test]
fn other_settings_are_text() {
    let mut command = program(&Database::fresh_sqlite(), &[]);
    command.arg("check-config").env("REVISION", OsString::from(OsStr::from_bytes(b"\xff")));
    let refused = finish(command, b"");
    assert_eq!(refused.code, 2);
    assert!(refused.errors.contains("REVISION is not UTF-8 text"), "{refused:?}");
}

fn run(database: &Database, arguments: &[&str], path: &Path) -> Finished {
    let mut command = program(database, &[]);
    command.args(arguments).arg(path);
    finish(command, b"")
}
