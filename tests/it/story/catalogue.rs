//! The catalogue of a running server follows the database.

use std::time::Duration;

use crate::harness::app::{run, run_with};
use crate::harness::dogs::gif_of;
use crate::harness::{App, Database, wait};

/// The version is checked every ten seconds; the rest is for a busy machine.
const NOTICED: Duration = Duration::from_secs(12);

#[test]
fn a_running_server_notices_what_is_added_and_removed() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    let rex = app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().to_string();
    // Into the cache, from where it has to go.
    assert_eq!(app.get(&rex).status, 200);
    run(&database, &["gifs", "remove", "rex-test"]).successful();
    run_with(&database, &[], &["gifs", "add", "-", "--title", "Newcomer"], &gif_of(9, 3)).successful();
    wait::until("the newcomer", NOTICED, || (app.get("/dogs/newcomer").status == 200).then_some(()));
    assert_eq!(app.get("/dogs/rex-test").status, 404);
    assert_eq!(app.get("/api/v1/gifs/rex-test").status, 404);
    assert_eq!(app.get(&rex).status, 404, "its bytes are gone, too");
    assert_eq!(app.get(&rex.replace(".gif", ".png")).status, 404);
}
