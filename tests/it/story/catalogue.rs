//! The catalogue of a running server follows the database.

use std::time::Duration;

use dog_gif_app::gallery::{Sha256, bundled};
use dog_gif_app::store::catalogue_version;

use crate::harness::app::{run, run_with};
use crate::harness::backups::{back_up, text};
use crate::harness::dogs::gif_of;
use crate::harness::http::Connection;
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

#[test]
fn the_file_of_a_newcomer_is_there_before_the_list_has_it() {
    let database = Database::migrated();
    let app = App::start(&database);
    let gif = gif_of(9, 3);
    let url = format!("/gifs/{}.gif", Sha256::of(&gif));
    assert_eq!(app.get(&url).status, 404);
    run_with(&database, &[], &["gifs", "add", "-", "--title", "Newcomer"], &gif).successful();
    // Another server may show it already, and its visitors may ask this one for the picture.
    let answer = app.get(&url);
    assert_eq!((answer.status, answer.body), (200, gif));
}

#[test]
fn who_asks_for_what_is_not_there_keeps_one_connection_busy_at_most() {
    let app = App::start(&Database::migrated());
    std::thread::scope(|scope| {
        for asker in 0..32 {
            let address = app.address;
            scope.spawn(move || {
                let mut connection = Connection::open(address).unwrap();
                for number in 0..50 {
                    let path = format!("/gifs/{}.gif", Sha256::of(format!("{asker} {number}").as_bytes()));
                    assert_eq!(connection.ask("GET", &path, &[], b"").unwrap().status, 404);
                }
            });
        }
    });
    let connections = |state| app.metric(&format!("store_pool_connections{{state=\"{state}\"}}")).unwrap();
    // The refresh of the list may have needed a second one.
    assert!(connections("idle") + connections("busy") <= 2.0, "{}", app.probe("/metrics").text());
    assert_eq!(app.metric("gif_cache_requests_total{result=\"miss\"}"), Some(0.0), "it is no file of ours");
}

#[test]
fn files_of_bundled_dogs_that_were_removed_are_not_looked_for() {
    let database = Database::migrated();
    database.execute("DELETE FROM gifs");
    database.execute("UPDATE catalogue SET version = version + 20");
    let app = App::start(&database);
    app.log.message("Catalogue read");
    for dog in bundled() {
        for kind in ["gif", "png"] {
            assert_eq!(app.get(&format!("/gifs/{}.{kind}", dog.sha256)).status, 404, "{kind}");
        }
    }
    assert_eq!(app.metric("gif_cache_requests_total{result=\"miss\"}"), Some(0.0), "anybody knows their names");
}

#[test]
fn a_running_server_shows_what_a_restore_has_put_in_the_place_of_other_dogs() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    let other = Database::migrated();
    // Under an id that another dog has here, and one that is new.
    run_with(&other, &[], &["gifs", "add", "-", "--title", "Newcomer"], &gif_of(9, 3)).successful();
    run(&database, &["restore", text(&back_up(&other)), "--force"]).successful();
    wait::until("the newcomer", NOTICED, || (app.get("/dogs/newcomer").status == 200).then_some(()));
    assert_eq!(app.get("/dogs/rex-test").status, 404);
    assert_eq!(app.get("/api/v1/gifs").json()["total"], 21);
}

/// By this, servers know what they need not look at.
#[test]
fn the_version_goes_up_by_one_for_a_gif_that_comes_or_goes_and_leaps_for_a_restore() {
    let database = Database::migrated();
    let version = || database.query(catalogue_version);
    let mut before = version();
    let mut moved_by = |arguments: &[&str], input: &[u8]| {
        run_with(&database, &[], arguments, input).successful();
        let moved = version() - before;
        before += moved;
        moved
    };
    assert_eq!(moved_by(&["gifs", "add", "-", "--title", "Newcomer"], &gif_of(9, 3)), 1);
    assert_eq!(moved_by(&["gifs", "remove", "newcomer"], b""), 1);
    let backup = back_up(&database);
    assert!(moved_by(&["restore", text(&backup), "--force"], b"") > 1_000_000, "more than come and go");
}
