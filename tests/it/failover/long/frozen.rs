//! The primary stands still, is expelled, and wakes up believing in itself.

use std::time::{Duration, Instant};

use crate::failover::trial::Trial;
use crate::faults::{alone, report};
use crate::harness::primary_proxy::OpenSessions;
use crate::harness::{Group, wait};

/// Long enough to be expelled, which takes 5 s.
const STANDSTILL: Duration = Duration::from_secs(13);

/// From the moment that the new primary takes writes, as the issue wants it.
const COUNTING: Duration = Duration::from_secs(10);

/// Measured: 8 s.
const GAP: Duration = Duration::from_secs(16);

#[test]
#[ignore = "needs a database server"]
fn no_visit_is_lost_to_a_frozen_primary_though_the_proxy_keeps_its_sessions() {
    let _turn = alone();
    let trial = Trial::begin(Group::form(), OpenSessions::Kept);
    let frozen = trial.group.primary();
    trial.group.members[frozen].freeze();
    let begin = Instant::now();
    trial.group.wait_for_primary(&Group::others(frozen));
    let takes_writes = begin.elapsed();
    trial.crowd.wait_for_more(1);
    let counting = begin.elapsed();
    report("the others", &format!("one takes writes after {takes_writes:.1?}, visits after {counting:.1?}"));
    wait::pass(STANDSTILL.saturating_sub(begin.elapsed()));
    trial.group.members[frozen].thaw();
    trial.group.rejoin(frozen);
    assert_ne!(trial.group.primary(), frozen);
    let outcome = trial.end("SIGSTOP of the primary until it is expelled, sessions kept", &[0, 1, 2]);
    assert!(outcome.gap < GAP, "{:?} without a number", outcome.gap);
    outcome.ensure_noticed();
    assert!(counting.saturating_sub(takes_writes) < COUNTING, "visits came {:?} after the primary", counting);
}
