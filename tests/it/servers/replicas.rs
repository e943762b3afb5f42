//! Several replicas on one database.

use crate::harness::{App, Database, wait};
use crate::story::counting::visit_in_parallel;

#[test]
#[ignore = "needs a database server"]
fn replicas_share_one_sequence_of_numbers() {
    let database = Database::migrated();
    let apps: Vec<App> = (0..3).map(|_| App::start(&database)).collect();
    let addresses: Vec<_> = apps.iter().map(|app| app.address).collect();
    let mut numbers = visit_in_parallel(&addresses, 32, 40);
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=32 * 40).collect::<Vec<i64>>());
    assert_eq!(database.total(), 32 * 40);
    let counted: f64 = apps.iter().map(|app| app.metric("dog_gif_visits_total").unwrap()).sum();
    assert_eq!(counted, 32.0 * 40.0, "each replica tells what it has counted itself");
    // The gauge is the database's total on every replica, at most ten seconds old.
    for app in &apps {
        let total = || app.metric("dog_gif_visitors").filter(|total| *total == 32.0 * 40.0);
        wait::until("the same total on every replica", wait::PATIENCE, total);
    }
}

#[test]
#[ignore = "needs a database server"]
fn numbers_grow_from_one_replica_to_the_other() {
    let database = Database::migrated();
    let apps: Vec<App> = (0..2).map(|_| App::start(&database)).collect();
    for expected in 1..=20 {
        let app = &apps[expected % 2];
        assert_eq!(app.get("/").visitor(), Some(i64::try_from(expected).unwrap()));
    }
}
