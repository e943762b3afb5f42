//! The program starts without its database, says so, and needs no restart when it appears.

use std::time::{Duration, Instant};

use crate::harness::app::{text, timed};
use crate::harness::dogs::expect_dog_on;
use crate::harness::{App, Database, Server, wait};

#[test]
#[ignore = "needs a database server"]
fn it_starts_while_the_database_is_down_and_becomes_ready_when_it_appears() {
    let mut server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    server.stop();
    let app = App::start(&database);
    assert_eq!(app.probe("/livez").status, 200);
    assert_eq!(app.probe("/readyz").status, 503);
    let told = app.log.message("Not ready");
    assert!(text(&told["cause"]).starts_with("the database is unavailable: Can't connect"), "{told}");
    assert!(!app.probe("/readyz").text().contains("127.0.0.1"), "the reason is for the log alone");

    server.restart();
    let begin = Instant::now();
    wait::until("readiness", wait::PATIENCE, || (app.probe("/readyz").status == 200).then_some(()));
    wait::until("a counted visit", wait::PATIENCE, || (app.get("/").status == 200).then_some(()));
    assert!(begin.elapsed() < Duration::from_secs(2), "it took {:?}", begin.elapsed());
    app.log.message("Ready");
    wait::until("the catalogue", wait::PATIENCE, || app.metric("gif_catalogue_size").filter(|gifs| *gifs > 0.0));
}

#[test]
#[ignore = "needs a database server"]
fn the_page_without_a_database_shows_a_bundled_dog_even_if_all_of_them_were_removed() {
    let mut server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    database.execute("DELETE FROM gifs");
    database.execute("UPDATE catalogue SET version = version + 20");
    let app = App::start(&database);
    app.log.message("Catalogue read");
    server.kill();
    let page = app.get("/");
    assert_eq!(page.status, 503);
    expect_dog_on(&page.text(), &app);
}

#[test]
#[ignore = "needs a database server"]
fn without_a_database_the_page_shows_a_dog_but_no_number() {
    let mut server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    server.kill();
    let (took, page) = timed(|| app.get("/"));
    assert_eq!(page.status, 503);
    assert!(took < Duration::from_millis(2700), "the page took {took:?}");
    assert_eq!(page.header("retry-after"), Some("2"));
    let html = page.text();
    assert_eq!(page.visitor(), None, "a number was made up:\n{html}");
    expect_dog_on(&html, &app);
    let problem = app.ask("POST", "/api/v1/visits", &[]);
    assert_eq!((problem.status, problem.header("retry-after")), (503, Some("2")));
    assert_eq!(app.metric("visits_refused_total{reason=\"too_late\"}"), Some(2.0), "the page and the API");
    assert_eq!(app.get("/api/v1/visits").status, 503);
    // What is in memory needs no database.
    assert_eq!(app.get("/api/v1/gifs").status, 200);
    let random = app.get("/random.gif");
    assert_eq!(random.status, 302);
    assert_eq!(app.get(random.header("location").unwrap()).status, 200, "it comes with the program");
    assert_eq!(app.probe("/livez").status, 200);
    assert_eq!(app.probe("/readyz").status, 503);
}

#[test]
#[ignore = "needs a database server"]
fn a_schema_that_was_never_migrated_is_not_ready_and_the_log_names_the_remedy() {
    let database = Database::fresh();
    let app = App::start(&database);
    assert_eq!(app.probe("/readyz").status, 503);
    let told = app.log.message("Not ready");
    assert!(text(&told["cause"]).contains("it was never migrated"), "{told}");
    assert!(text(&told["cause"]).contains("dog-gif-app migrate"), "{told}");
    assert_eq!(app.probe("/livez").status, 200);
    let database = database.migrate();
    app.wait_until_ready();
    wait::until("a counted visit", wait::PATIENCE, || (app.get("/").status == 200).then_some(()));
    assert!(database.total() > 0);
}
