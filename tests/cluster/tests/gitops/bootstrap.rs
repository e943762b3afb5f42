//! From an empty cluster to everything Synced and Healthy, by one file; and then a minute in which nothing may change.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cluster::secrets::ENVIRONMENTS;
use libtest_mimic::Trial;

use crate::stage::Stage;
use crate::story::Story;
use crate::website::Website;

pub const BOOTSTRAP: &str = "one_file_makes_everything_synced_and_healthy";

/// What the issue asks for on a quiet machine of two cores; printed beside what was seen.
const GOAL_SECONDS: u64 = 20;
/// A machine with other work takes longer; one that hangs does not get better.
const DEADLINE: Duration = Duration::from_secs(180);
const QUIET: Duration = Duration::from_secs(60);

pub fn begin(story: &Arc<Story>) -> Vec<Trial> {
    vec![story.trial(BOOTSTRAP, &[], everything)]
}

pub fn end(story: &Arc<Story>) -> Vec<Trial> {
    vec![story.trial("nothing_flaps_for_a_minute", &[BOOTSTRAP], nothing_flaps)]
}

fn everything(stage: &Stage) -> Result<()> {
    let begin = Instant::now();
    stage.cluster.bootstrap()?;
    let expected = ["root", "policies"]
        .map(str::to_owned)
        .into_iter()
        .chain(ENVIRONMENTS.iter().map(|environment| cluster::secrets::namespace(environment)));
    let expected: Vec<_> = expected.collect();
    let mut last = Instant::now();
    for application in &expected {
        let (at, _) = stage.watch.wait(application, "it is Synced and Healthy", DEADLINE, |state| state.is_well())?;
        last = last.max(at);
        println!("  {:5.1} s until {application} is Synced and Healthy", (at - begin).as_secs_f32());
    }
    println!(
        "  {:5.1} s until everything is (goal on a quiet machine: {GOAL_SECONDS} s)",
        (last - begin).as_secs_f32()
    );
    let there: Vec<_> = stage.watch.now().into_keys().collect();
    ensure!(there.len() == expected.len(), "there are other Applications than expected: {}", there.join(", "));
    for environment in ENVIRONMENTS {
        let website = Website::of(stage, environment)?;
        ensure!(website.total()? == 0, "{environment} counts visits that nobody made");
        let report = {
            let visitors = website.visitors()?;
            visitors.wait_for_more(5)?;
            visitors.all_served()?
        };
        println!("  {environment}: {} pods ready; {report}", website.ready()?.len());
    }
    stage.bootstrapped.set(last).ok().context("it was bootstrapped before")
}

fn nothing_flaps(stage: &Stage) -> Result<()> {
    let begin = *stage.bootstrapped.get().context("it was not bootstrapped")?;
    std::thread::sleep(QUIET.saturating_sub(begin.elapsed()));
    let restless: Vec<_> = stage
        .watch
        .since(begin)
        .iter()
        .filter(|(_, state)| !state.is_well())
        .map(|(at, state)| format!("after {:.1} s {state}", (*at - begin).as_secs_f32()))
        .collect();
    ensure!(restless.is_empty(), "Applications that were well are not any more: {}", restless.join("; "));
    println!("  all Applications stayed Synced and Healthy for {:.0} s", begin.elapsed().as_secs_f32());
    Ok(())
}
