//! All members are down at once.

use std::time::Duration;

use crate::failover::trial::Trial;
use crate::faults::{alone, report};
use crate::harness::primary_proxy::OpenSessions;
use crate::harness::{Group, wait};

/// Long enough that a replica must have noticed.
const DOWN: Duration = Duration::from_secs(6);

/// Measured: 9 s, all but those above for the members to start and to form the group.
const GAP: Duration = Duration::from_secs(30);

#[test]
#[ignore = "needs a database server"]
fn no_visit_is_lost_when_all_members_are_killed_and_the_one_that_knows_all_is_bootstrapped() {
    let _turn = alone();
    let mut trial = Trial::begin(Group::form(), OpenSessions::Cut);
    let primary = trial.group.primary();
    trial.group.members.iter_mut().for_each(|member| member.kill());
    wait::pass(DOWN);
    trial.group.restart();
    let best = trial.group.member_that_knows_all();
    trial.group.bootstrap(best);
    report("the outage", &format!("member {best} was bootstrapped, the primary was {primary}"));
    let outcome = trial.end("kill -9 of all three, the best bootstrapped", &[0, 1, 2]);
    assert!(outcome.gap < GAP, "{:?} without a number", outcome.gap);
    outcome.ensure_noticed();
}
