//! What people and programs see, word by word. `cargo insta review` accepts a change.

use insta::{Settings, assert_snapshot};

use crate::harness::{App, Database};

/// Hides what differs from build to build and from request to request.
fn stable() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, replacement) in [
        ("v(=|&#x3D;)[0-9a-f]{16}", "v${1}[digest of the file]"),
        ("one of [0-9,]+ dogs", "one of [total] dogs"),
        ("[0-9]+ dogs", "[total] dogs"),
        ("/(gifs|assets/dogs)/[0-9a-f]{64}", "/${1}/[sha256]"),
        ("\"version\": \"[0-9.]+\"", "\"version\": \"[version]\""),
    ] {
        settings.add_filter(pattern, replacement);
    }
    settings
}

#[test]
fn the_page_of_a_dog() {
    let app = App::start(&Database::with_three_dogs());
    stable().bind(|| assert_snapshot!("page_of_a_dog", app.get("/dogs/rex-test").text()));
}

#[test]
fn the_page_of_an_error() {
    let app = App::start(&Database::migrated());
    let page = app.ask("GET", "/nothing", &[("x-request-id", "a-request")]).text();
    let mut settings = stable();
    // Any of the bundled dogs.
    settings.add_filter("alt=\"[^\"]*\"", "alt=\"[alt]\"");
    settings.bind(|| assert_snapshot!("page_of_an_error", page));
}

#[test]
fn the_browser_of_the_api() {
    let app = App::start(&Database::migrated());
    stable().bind(|| assert_snapshot!("page_of_the_api", app.get("/api/docs").text()));
}

#[test]
fn the_description_of_the_api() {
    let app = App::start(&Database::migrated());
    let document = app.get("/api/openapi.json").text();
    assert!(document.contains("\"openapi\": \"3.1"), "{document}");
    stable().bind(|| assert_snapshot!("openapi", document));
}

#[test]
fn a_problem() {
    let app = App::start(&Database::migrated());
    let problem = app.ask("GET", "/api/v1/gifs?limit=0", &[("x-request-id", "a-request")]).text();
    stable().bind(|| assert_snapshot!("problem", problem));
}
