//! The primary is cut off: no packet reaches it or leaves it, and nobody is told.

use std::time::{Duration, Instant};

use crate::failover::trial::{Outcome, Trial};
use crate::faults::{alone, report};
use crate::harness::network::{From, Network};
use crate::harness::primary_proxy::OpenSessions;
use crate::harness::{Group, wait};

const CUT: Duration = Duration::from_secs(11);

/// Measured: 7 to 8 s.
const FROM_EVERYTHING: Duration = Duration::from_secs(16);

/// Measured: 8 s. It may last until the old primary gives up, 5 s after it has missed the others.
const FROM_THE_GROUP: Duration = Duration::from_secs(20);

#[test]
#[ignore = "needs a database server"]
fn no_visit_is_lost_when_the_primary_is_cut_off_from_everything() {
    let test = "failover::long::cut_off::no_visit_is_lost_when_the_primary_is_cut_off_from_everything";
    let Some(outcome) = cut_off(test, From::Everything) else { return };
    assert!(outcome.gap < FROM_EVERYTHING, "{:?} without a number", outcome.gap);
    outcome.ensure_noticed();
}

#[test]
#[ignore = "needs a database server"]
fn no_visit_is_lost_when_the_primary_is_cut_off_from_the_group_and_visits_still_reach_it() {
    let test = "failover::long::cut_off::no_visit_is_lost_when_the_primary_is_cut_off_from_the_group_and_visits_still_reach_it";
    let Some(outcome) = cut_off(test, From::Group) else { return };
    assert!(outcome.gap < FROM_THE_GROUP, "{:?} without a number", outcome.gap);
    outcome.ensure_noticed();
}

/// Nothing outside the network, where `test` runs again.
fn cut_off(test: &str, from: From) -> Option<Outcome> {
    let _turn = alone();
    let network = Network::enter(test)?;
    let trial = Trial::begin(Group::form_on(network.hosts()), OpenSessions::Cut);
    let primary = trial.group.primary();
    network.cut_off(primary, from);
    let begin = Instant::now();
    trial.group.wait_for_primary(&Group::others(primary));
    let takes_writes = begin.elapsed();
    wait::pass(CUT.saturating_sub(begin.elapsed()));
    trial.crowd.wait_for_more(1);
    network.reconnect(primary);
    trial.group.rejoin(primary);
    assert_ne!(trial.group.primary(), primary);
    report("the others", &format!("one takes writes after {takes_writes:.1?}"));
    Some(trial.end(&format!("the primary cut off from {from:?}"), &[0, 1, 2]))
}
