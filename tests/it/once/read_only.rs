//! Commands that only look: they make nothing, and change nothing, wherever they are pointed at.

use crate::harness::Database;
use crate::harness::app::run;
use crate::harness::backups::names;
use crate::harness::process::new_directory;

#[test]
fn looking_never_makes_a_database_or_a_directory() {
    let elsewhere = new_directory("elsewhere");
    let path = |name: &str| elsewhere.join(name).to_str().unwrap().to_string();
    for arguments in [
        vec!["visits".into()],
        vec!["gifs".into(), "list".into()],
        vec!["gifs".into(), "list".into(), "--json".into()],
        vec!["gifs".into(), "remove".into(), "corgi-wags".into()],
        vec!["gifs".into(), "export".into(), path("export")],
        vec!["backup".into(), path("dogs.tar")],
        vec!["restore".into(), path("no-such.tar")],
        vec!["restore-drill".into(), path("no-such-directory")],
        vec!["check-config".into()],
        vec!["healthcheck".into(), "http://127.0.0.1:1/".into()],
        vec!["smoke".into(), "http://127.0.0.1:1/".into()],
    ] {
        let database = Database::fresh_sqlite();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let finished = run(&database, &arguments);
        assert_eq!(names(&database.directory), [""; 0], "{arguments:?}: {finished:?}");
        assert_eq!(names(&elsewhere), [""; 0], "{arguments:?}: {finished:?}");
        if arguments[0] == "check-config" {
            continue;
        }
        assert_eq!(finished.code, 1, "{arguments:?}: {finished:?}");
        if matches!(arguments[0], "visits" | "gifs" | "backup") {
            for word in ["there is no database at", "data/dog-gif-app.db;", "DATA_DIR"] {
                assert!(finished.errors.contains(word), "{arguments:?}: {finished:?}");
            }
        }
    }
}
