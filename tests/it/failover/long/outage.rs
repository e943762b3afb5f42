//! All members are down at once.

use std::time::Duration;

use crate::failover::trial::Trial;
use crate::faults::{alone, report};
use crate::harness::Group;
use crate::harness::primary_proxy::OpenSessions;

/// Measured: 7 s, all of it for the members to start and to form the group.
const GAP: Duration = Duration::from_secs(30);

#[test]
#[ignore = "needs a database server"]
fn no_visit_is_lost_when_all_members_are_killed_and_the_one_that_knows_all_is_bootstrapped() {
    let _turn = alone();
    let mut trial = Trial::begin(Group::form(), OpenSessions::Cut);
    let primary = trial.group.primary();
    trial.group.members.iter_mut().for_each(|member| member.kill());
    trial.group.restart();
    let best = trial.group.member_that_knows_all();
    trial.group.bootstrap(best);
    report("the outage", &format!("member {best} was bootstrapped, the primary was {primary}"));
    let outcome = trial.end("kill -9 of all three, the best bootstrapped", &[0, 1, 2]);
    assert!(outcome.gap < GAP, "{:?} without a number", outcome.gap);
}
