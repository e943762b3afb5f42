//! Two replicas of the program behind HAProxy, 64 visitors, and how it is decided whether all went well.
//!
//! Numbers are right when every acknowledged one is unique and not above the total that all members agree on in the end,
//! and when that total is what the replicas say they have counted: less is lost, more is doubled.

use std::fmt;
use std::time::{Duration, Instant};

use crate::faults::report;
use crate::harness::load::{Crowd, Figures};
use crate::harness::primary_proxy::{OpenSessions, PrimaryProxy};
use crate::harness::probes::Readings;
use crate::harness::{App, Database, Group, wait};

/// A replica cannot know that visits are not counted before the first has waited for it: 2 s. The rest is for a busy
/// machine.
const DOUBT: Duration = Duration::from_millis(3500);

/// Before the first number a replica may rightly know that it can count again.
const CERTAINTY: Duration = Duration::from_secs(2);

/// Visits before and after a fault.
const SOME_VISITS: u64 = 500;

/// A group under load.
pub struct Trial {
    pub group: Group,
    pub crowd: Crowd,
    schema: String,
    apps: Vec<App>,
    readings: Readings,
    _proxy: PrimaryProxy,
}

/// What came of it.
pub struct Outcome {
    figures: Figures,
    /// The longest time without any number.
    pub gap: Duration,
    /// From the first probe since then that did not say ready until the last.
    pub unready: Duration,
    ready: usize,
    asked: usize,
}

impl Outcome {
    /// Checks that probes turned visitors away, and that nothing was counted for so long that they had to.
    pub fn ensure_noticed(&self) {
        assert!(self.gap > DOUBT + CERTAINTY, "too short to be noticed: {self}");
        assert!(self.ready < self.asked, "no replica said that it cannot count: {self}");
    }
}

impl Trial {
    /// Lets visitors come to two replicas on `group`, and returns once they are counted.
    pub fn begin(group: Group, sessions: OpenSessions) -> Self {
        let database = Database::fresh_on(&group.members[group.primary()]).migrate();
        let proxy = PrimaryProxy::start(&group, sessions);
        let through = database.with(&[("MYSQL_HOST", "127.0.0.1"), ("MYSQL_PORT", &proxy.port.to_string())]);
        let apps: Vec<App> = (0..2).map(|_| App::start(&through)).collect();
        let readings = Readings::begin(apps.iter().map(|app| app.operations).collect());
        let crowd = Crowd::gather(&apps.iter().map(|app| app.address).collect::<Vec<_>>());
        crowd.wait_for_more(SOME_VISITS);
        let schema = database.setting("MYSQL_DATABASE").into();
        Self { schema, group, crowd, apps, readings, _proxy: proxy }
    }

    /// Ends it after some more visits, and decides by what `members` know, which must all be up to date.
    pub fn end(self, what: &str, members: &[usize]) -> Outcome {
        let Self { group, crowd, schema, apps, readings, .. } = self;
        crowd.wait_for_more(SOME_VISITS);
        apps.iter().for_each(App::wait_until_ready);
        let readings = readings.end();
        let record = crowd.disperse();
        // Those who gave up may still be counted.
        let waiting = |app: &App| app.metric("visit_queue_depth").expect("a metric") > 0.0;
        wait::until("an empty queue", wait::PATIENCE, || (!apps.iter().any(waiting)).then_some(()));
        let total = group.agreed_total(members, &schema);
        let figures = record.check(0, total);
        let counted: f64 = apps.iter().map(|app| app.metric("dog_gif_visits_total").expect("a metric")).sum();
        assert_eq!(counted as i64, total, "less in the database is lost, more is doubled: {figures}");
        let (began, gap) = record.longest_gap();
        let in_gap = |from: Duration, until: Duration| {
            let ready = |(asked, _): &&(Instant, bool)| *asked >= began + from && *asked + until < began + gap;
            readings.iter().filter(ready).map(|(_, ready)| *ready).collect::<Vec<_>>()
        };
        let all = in_gap(Duration::ZERO, Duration::ZERO);
        let ready = all.iter().filter(|ready| **ready).count();
        let no = |(asked, ready): &&(Instant, bool)| *asked >= began && !ready;
        let mut unready = readings.iter().filter(no).map(|(asked, _)| *asked);
        let unready = unready.next().zip(unready.next_back()).map_or(Duration::ZERO, |(first, last)| last - first);
        let outcome = Outcome { figures, gap, unready, ready, asked: all.len() };
        report(what, &outcome);
        assert!(!in_gap(DOUBT, CERTAINTY).contains(&true), "a replica said ready while nothing was counted: {outcome}");
        outcome
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figures, gap, unready, ready, asked } = self;
        write!(
            formatter,
            "{figures}; {gap:.1?} without a number, in which {ready} of {asked} probes said ready; not ready for {unready:.1?}"
        )
    }
}
