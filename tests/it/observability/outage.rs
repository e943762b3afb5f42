//! From the database to whoever is woken: real servers, real visitors, a real notification.

use std::time::{Duration, Instant};

use super::rules::{RULES, hastened};
use super::webhook::Webhook;
use crate::harness::load::Crowd;
use crate::harness::monitoring::{Alertmanager, Prometheus};
use crate::harness::probes::Readings;
use crate::harness::tree::{read, root};
use crate::harness::{App, Database, Server, wait};

/// Five minutes of a rule are 15 s here, and a minute 3 s.
const DIVISOR: u64 = 20;

/// Those that an outage wakes somebody with. The last looks at its windows for longer than this test waits.
const PAGES: [(&str, bool); 4] = [
    ("DogGifAppNotReady", true),
    ("DogGifAppVisitsRefused", true),
    ("DogGifAppCommitsFail", true),
    ("DogGifAppAvailabilityBudgetBurn", false),
];

/// Those that an outage has nothing to do with.
const SILENT: [&str; 4] =
    ["DogGifAppDown", "DogGifAppQueueFills", "DogGifAppCountingStuck", "DogGifAppCountWentBackwards"];

#[test]
#[ignore = "needs a database server"]
fn an_outage_of_the_database_is_told_with_its_runbook_and_its_end_as_well() {
    let mut server = Server::start();
    let database = Database::fresh_on(&server).migrate();
    let app = App::start(&database);
    app.wait_until_ready();
    let crowd = Crowd::of(8, &[app.address]);
    // As the kubelet asks.
    let readings = Readings::begin(vec![app.operations]);
    let webhook = Webhook::open();
    let alertmanager = Alertmanager::start(webhook.address);
    let configuration = Prometheus::scraping(app.operations, "namespace: test") + &alertmanager.as_target();
    let _prometheus = Prometheus::start(&configuration, Some(&hastened(&read(RULES), DIVISOR)));
    wait::pass(Duration::from_secs(10));
    // A busy machine may be slow, which is the business of another alert.
    let early: Vec<_> = webhook.all().into_iter().filter(|told| told.name != "DogGifAppLatencyBudgetBurn").collect();
    assert!(early.is_empty(), "everything is well: {early:#?}");

    let killed = Instant::now();
    server.kill();
    let mut figures = Vec::new();
    for (name, _) in PAGES {
        let told = webhook.wait_for(name, "page", true, killed, Duration::from_secs(60));
        assert!(told.runbook.ends_with(&format!("/docs/runbooks/{name}.md")), "{told:?}");
        let (_, path) = told.runbook.split_once("/blob/main/").expect("a link into the repository");
        assert!(root().join(path).is_file(), "there is no {path}");
        assert!(told.description.contains("test/dog-gif-app"), "{told:?}");
        figures.push((name, told.at - killed));
    }
    let returned = Instant::now();
    server.restart();
    let restarted = returned.elapsed();
    let mut ends = Vec::new();
    for (name, _) in PAGES.iter().filter(|(_, resolves)| *resolves) {
        let told = webhook.wait_for(name, "page", false, returned, Duration::from_secs(60));
        ends.push((*name, told.at - returned));
    }
    let outage = returned - killed;
    println!(
        "\n  the database away for {outage:.1?}, then {restarted:.1?} to start; durations of rules divided by {DIVISOR}"
    );
    for (name, fired) in &figures {
        let end = ends.iter().find(|(ended, _)| ended == name);
        let end = end.map_or("its windows are longer than the test".into(), |(_, end)| {
            format!("resolved {end:.1?} after its return")
        });
        println!("  {name}: told {fired:.1?} after the kill, {end}");
    }
    readings.end();
    let figures = crowd.disperse().check(0, database.total());
    println!("  {figures}");
    let wrong: Vec<_> = webhook.all().into_iter().filter(|told| SILENT.contains(&told.name.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
