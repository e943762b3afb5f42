//! How many lines are lost: none, whether the collector is killed or the store is away; and that losses would be seen.

use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use super::configuration::{shipped, usual};
use super::road::{Arrived, Road, visit, wait_for};
use crate::harness::log_road::Settings;
use crate::harness::{App, Database};

/// A look at the files takes in what came in 200 ms, so many lines, and so does what is sent at once. If the kill comes before
/// either is noted, it is repeated.
const LINES_OF_A_LOOK: usize = 40;

/// When the collector is killed, in requests; and for how many it stays away.
const KILLS: [usize; 4] = [450, 1250, 2050, 2850];
const AWAY: usize = 150;

#[test]
#[ignore = "needs a collector and a store"]
fn no_line_is_lost_when_the_collector_is_killed_four_times() {
    let arrived = killed(&shipped(), 3600, &KILLS);
    println!("  killed four times, and a full log file each time: of 3600 lines {arrived}");
    assert_eq!(arrived.lost, 0);
    assert!(arrived.doubled <= KILLS.len() * LINES_OF_A_LOOK, "{arrived}");
}

#[test]
#[ignore = "needs a collector and a store"]
fn no_line_is_lost_while_the_store_is_away() {
    let app = App::start(&Database::fresh_sqlite());
    let mut road = Road::behind(&app, &shipped());
    let (requests, done) = (4600, AtomicUsize::new(0));
    let (arrived, away) = std::thread::scope(|scope| {
        let visitor = scope.spawn(|| visit(app.address, requests, &done));
        wait_for(300, &done);
        road.store.stop();
        let begin = Instant::now();
        for full in [1500, 2700, 4300] {
            wait_for(full, &done);
            road.containerd.rotate();
        }
        let away = begin.elapsed();
        road.store.restart();
        visitor.join().unwrap();
        (road.arrived(requests), away)
    });
    println!("  the store away for {away:.1?}, and three full log files: of {requests} lines {arrived}");
    assert_eq!(arrived.lost, 0);
    // What the store had taken without being able to say so any more.
    assert!(arrived.doubled <= LINES_OF_A_LOOK, "{arrived}");
}

#[test]
#[ignore = "needs a collector and a store"]
fn the_usual_batch_processor_loses_lines() {
    let arrived = killed(&usual(), 1800, &KILLS[..2]);
    println!("  with the usual batch processor, killed twice: of 1800 lines {arrived}");
    assert!(arrived.lost > LINES_OF_A_LOOK, "{arrived}");
}

/// What becomes of the lines of so many requests when the collector is killed after some of them, and the log file is
/// full before it is back.
fn killed(settings: &Settings, requests: usize, kills: &[usize]) -> Arrived {
    let app = App::start(&Database::fresh_sqlite());
    let mut road = Road::behind(&app, settings);
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let visitor = scope.spawn(|| visit(app.address, requests, &done));
        for kill in kills {
            wait_for(*kill, &done);
            road.collector.kill();
            wait_for(kill + AWAY / 2, &done);
            road.containerd.rotate();
            wait_for(kill + AWAY, &done);
            road.collector.restart();
        }
        visitor.join().unwrap();
        road.arrived(requests)
    })
}
