//! Versions that are no good, each in an environment of its own at the same time, as the waits are long: the old pods go on
//! serving, Argo CD says so within a minute, and the way out is open at once.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cluster::kubectl::wait_until;
use cluster::load::Plan;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::bootstrap::BOOTSTRAP;
use crate::images::{Images, Version};
use crate::stage::Stage;
use crate::story::Story;
use crate::website::Website;

pub const MISSING: &str = "an_image_that_does_not_exist_reaches_nobody_and_a_revert_goes_through";
pub const NEVER_READY: &str = "a_program_that_never_gets_ready_reaches_nobody_and_a_fix_goes_through";
pub const FAILING_MIGRATION: &str = "a_migration_that_fails_reaches_nobody_and_a_revert_goes_through";

const MIGRATIONS: &str = "app.kubernetes.io/component=migrations";

/// People look for about a minute at what they pushed.
const NOTICED: Duration = Duration::from_secs(60);
/// Argo CD's own default would hold the fix up for minutes, a hook without a deadline for ever.
/// A rollout takes up to half a minute when three environments roll on two cores.
const AT_ONCE: Duration = Duration::from_secs(60);

struct Case {
    environment: &'static str,
    bad: fn(&Images) -> &Version,
    /// The version of the fix; None is `git revert`.
    fix: Option<fn(&Images) -> &Version>,
}

const CASES: [(&str, Case); 3] = [
    (MISSING, Case { environment: "staging", bad: |images| &images.missing, fix: None }),
    (NEVER_READY, Case { environment: "dev", bad: |images| &images.never_ready, fix: Some(|images| &images.good[2]) }),
    (FAILING_MIGRATION, Case { environment: "production", bad: |images| &images.failing_migration, fix: None }),
];

type Outcomes = BTreeMap<&'static str, Result<(), String>>;

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    let outcomes = Arc::new(OnceLock::new());
    let trial = |(name, _): &(&'static str, Case)| {
        let (name, outcomes) = (*name, outcomes.clone());
        story.trial(name, &[BOOTSTRAP], move |stage| {
            let outcomes: &Outcomes = outcomes.get_or_init(|| all(stage));
            outcomes[name].clone().map_err(anyhow::Error::msg)
        })
    };
    let mut trials: Vec<_> = CASES.iter().map(trial).collect();
    trials.push(story.trial("a_fix_need_not_wait_for_the_last_try", &[MISSING], while_it_is_still_tried));
    trials
}

fn all(stage: &Stage) -> Outcomes {
    std::thread::scope(|scope| {
        let started = CASES.each_ref().map(|(name, case)| (*name, scope.spawn(|| one(stage, case))));
        let outcome = |thread: std::thread::ScopedJoinHandle<'_, Result<()>>| match thread.join() {
            Ok(result) => result.map_err(|error| format!("{error:#}")),
            Err(panic) => std::panic::resume_unwind(panic),
        };
        started.into_iter().map(|(name, thread)| (name, outcome(thread))).collect()
    })
}

fn one(stage: &Stage, case: &Case) -> Result<()> {
    let website = Website::of(stage, case.environment)?;
    let before = website.running()?;
    let old = website.ready()?;
    // Three environments share two cores: enough visitors to meet a pod that should not be there.
    let visitors = website.visitors_as(&Plan { visitors: 2, pause: Duration::from_millis(150), ..Plan::default() })?;
    visitors.wait_for_more(5)?;

    let begin = Instant::now();
    let bad = (case.bad)(&stage.images);
    let commit = stage.repository.bump(case.environment, bad)?;
    stage.tell(&commit)?;
    let (noticed, state) =
        stage
            .watch
            .wait(&website.application(), "it is Degraded, or its sync Failed", NOTICED, |state| state.is_bad())?;
    let still = website.ready()?;
    ensure!(old.iter().all(|pod| still.contains(pod)), "of the old pods {old:?} only {still:?} are ready");
    let noticed = (noticed - begin).as_secs_f32();

    let begin = Instant::now();
    let (way, digest) = match case.fix {
        Some(fix) => {
            let fix = fix(&stage.images);
            stage.tell(&stage.repository.bump(case.environment, fix)?)?;
            ("fix", fix.digest.clone())
        }
        None => {
            stage.tell(&stage.repository.revert(&commit)?)?;
            ("revert", before)
        }
    };
    website.wait_for_digest(&digest, AT_ONCE).with_context(|| format!("the {way} does not go through"))?;
    let repaired = begin.elapsed().as_secs_f32();
    stage.watch.wait(&website.application(), "it is Synced and Healthy again", AT_ONCE, |state| state.is_well())?;
    website.wait_for_leavers()?;
    let report = visitors.all_served()?;
    println!(
        "\n  {}, {}: {}/{}/{} after {noticed:.1} s; {way} through after {repaired:.1} s; {report}",
        case.environment, bad.tag, state.sync, state.health, state.phase
    );
    Ok(())
}

/// Whoever sees the mistake first does not wait for Argo CD to give up: its next try takes what Git has by then.
fn while_it_is_still_tried(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, "staging")?;
    let visitors = website.visitors()?;
    visitors.wait_for_more(5)?;
    stage.tell(&stage.repository.bump("staging", &stage.images.missing)?)?;
    wait_until("the migration waits for its image", NOTICED, || {
        let pods = stage.cluster.kubectl.list("pods", &website.namespace, MIGRATIONS)?;
        Ok(pods.iter().any(is_without_image).then_some(()))
    })?;
    let begin = Instant::now();
    let fix = &stage.images.good[1];
    stage.tell(&stage.repository.bump("staging", fix)?)?;
    website.wait_for(fix, AT_ONCE).context("the fix does not go through")?;
    let repaired = begin.elapsed().as_secs_f32();
    stage.watch.wait(&website.application(), "it is Synced and Healthy again", AT_ONCE, |state| state.is_well())?;
    website.wait_for_leavers()?;
    println!("  staging, {}: fix through after {repaired:.1} s; {}", stage.images.missing.tag, visitors.all_served()?);
    Ok(())
}

fn is_without_image(pod: &Value) -> bool {
    let reason = pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"].as_str();
    reason.is_some_and(|reason| ["ErrImagePull", "ImagePullBackOff"].contains(&reason))
}
