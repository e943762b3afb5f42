//! `smoke`: the look from outside that `helm test` takes.

use crate::harness::app::run;
use crate::harness::{App, Database};

#[test]
fn a_website_that_counts_passes_and_one_visit_is_counted() {
    let app = App::start(&Database::fresh_sqlite());
    let (website, operations) = (format!("http://{}", app.address), format!("http://{}", app.operations));
    let told = run(&Database::fresh_sqlite(), &["smoke", &website, "--operations", &operations]).successful();
    assert!(told.contains("is ready") && told.contains("visitor 1: 0 visits before, 1 after"), "{told}");
    // A slash at the end is how people paste addresses.
    let told = run(&Database::fresh_sqlite(), &["smoke", &format!("{website}/")]).successful();
    assert!(told.contains("visitor 2: 1 visits before, 2 after"), "{told}");
}

#[test]
fn a_website_that_is_draining_not_there_or_another_one_fails_with_a_sentence() {
    let app = App::start_with(&Database::fresh_sqlite(), &[("DRAIN_SECONDS", "30")]);
    let (website, operations) = (format!("http://{}", app.address), format!("http://{}", app.operations));
    let other = run(&Database::fresh_sqlite(), &["smoke", &operations]);
    assert_eq!(other.code, 1);
    assert!(other.errors.contains("/api/v1/visits answered 404"), "{other:?}");
    app.terminate();
    app.log.message("Stopping");
    let draining = run(&Database::fresh_sqlite(), &["smoke", &website, "--operations", &operations]);
    assert_eq!(draining.code, 1);
    assert!(draining.errors.contains("/readyz answered 503"), "{draining:?}");
    let nobody = run(&Database::fresh_sqlite(), &["smoke", "http://127.0.0.1:1"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.errors.contains("http://127.0.0.1:1/api/v1/visits does not answer"), "{nobody:?}");
}
