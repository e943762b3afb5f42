//! How many lines are lost: none, whether the collector is killed or the store is away; and that losses would be seen.
//! Some may come twice: what was under way when the collector was killed is sent once more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::configuration::{shipped, usual};
use super::road::{Arrived, Road, visit, wait_for};
use crate::harness::log_road::Settings;
use crate::harness::{App, Database};

/// For how many requests the collector runs before it is killed, and for how many it stays away.
const RUNS: usize = 500;
const AWAY: usize = 150;

#[test]
#[ignore = "needs a collector and a store"]
fn no_line_is_lost_when_the_collector_is_killed_four_times() {
    let arrived = killed(&shipped(), 3600, 4);
    println!("  killed four times, and a full log file each time: of 3600 lines {arrived}");
    assert_eq!(arrived.lost, 0);
}

#[test]
#[ignore = "needs a collector and a store"]
fn no_line_is_lost_while_the_store_is_away() {
    let app = App::start(&Database::fresh_sqlite());
    let mut road = Road::behind(&app, &shipped());
    let (requests, done) = (6000, AtomicUsize::new(0));
    let (arrived, away) = std::thread::scope(|scope| {
        let visitor = scope.spawn(|| visit(app.address, requests, &done));
        wait_for(300, &done);
        road.store.stop();
        let begin = Instant::now();
        for full in [1500, 3000, 4700] {
            wait_for(full, &done);
            road.containerd.rotate();
        }
        let away = begin.elapsed();
        assert!(away >= Duration::from_secs(20), "{away:.1?}");
        road.store.restart();
        visitor.join().unwrap();
        (road.arrived(requests), away)
    });
    println!("  the store away for {away:.1?}, and three full log files: of {requests} lines {arrived}");
    assert_eq!(arrived.lost, 0);
}

#[test]
#[ignore = "needs a collector and a store"]
fn the_usual_batch_processor_loses_lines() {
    let arrived = killed(&usual(), 1800, 2);
    println!("  with the usual batch processor, killed twice: of 1800 lines {arrived}");
    assert!(arrived.lost > 0, "{arrived}");
}

/// What becomes of the lines of so many requests when the collector is killed so many times meanwhile, and the log file is
/// full each time before it is back.
fn killed(settings: &Settings, requests: usize, kills: usize) -> Arrived {
    let app = App::start(&Database::fresh_sqlite());
    let mut road = Road::behind(&app, settings);
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let visitor = scope.spawn(|| visit(app.address, requests, &done));
        for _ in 0..kills {
            // From when it was back: on a slow machine that takes a while, and the kubelet leaves it the time to catch up.
            let back = done.load(Ordering::Acquire);
            let after = |further: usize| wait_for((back + further).min(requests), &done);
            after(RUNS);
            road.collector.kill();
            after(RUNS + AWAY / 2);
            road.containerd.rotate();
            after(RUNS + AWAY);
            road.collector.restart();
        }
        visitor.join().unwrap();
        road.arrived(requests)
    })
}
