//! A commit that bumps `version.yaml` becomes pods of that version, whoever tells Argo CD of it, and no visitor notices.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use libtest_mimic::Trial;

use crate::bootstrap::BOOTSTRAP;
use crate::images::Version;
use crate::repository::Commit;
use crate::stage::Stage;
use crate::story::Story;
use crate::website::Website;

pub const BY_WEBHOOK: &str = "a_commit_becomes_pods_by_webhook";
pub const BY_REFRESH: &str = "a_commit_becomes_pods_by_refresh";
pub const BY_POLLING: &str = "a_commit_becomes_pods_that_nobody_told_of";

/// Some times what the issue asks for on a quiet machine: beyond it nothing is slow any more, but stuck.
const DEADLINE: Duration = Duration::from_secs(90);

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![
        story.trial(BY_WEBHOOK, &[BOOTSTRAP], |stage| {
            a_commit_becomes_pods(stage, "dev", &stage.images.good[0], 12, |commit| stage.tell(commit))
        }),
        story.trial(BY_REFRESH, &[BOOTSTRAP], |stage| {
            a_commit_becomes_pods(stage, "staging", &stage.images.good[0], 12, |_| refresh(stage, "staging"))
        }),
        story.trial(BY_POLLING, &[BY_WEBHOOK], |stage| {
            a_commit_becomes_pods(stage, "dev", &stage.images.good[1], 25, |_| Ok(()))
        }),
    ]
}

fn a_commit_becomes_pods(
    stage: &Stage,
    environment: &'static str,
    version: &Version,
    goal_seconds: u32,
    tell: impl FnOnce(&Commit) -> Result<()>,
) -> Result<()> {
    let website = Website::of(stage, environment)?;
    let visitors = website.visitors()?;
    visitors.wait_for_more(10)?;
    let begin = Instant::now();
    tell(&stage.repository.bump(environment, version)?)?;
    website.wait_for(version, DEADLINE)?;
    let taken = begin.elapsed().as_secs_f32();
    // The old pod goes on for its drain: visitors stay until it has gone.
    website.wait_for_leavers()?;
    let report = visitors.all_served()?;
    println!("  {environment} runs {} after {taken:.1} s (goal on a quiet machine: {goal_seconds} s)", version.tag);
    println!("  visitors meanwhile: {report}, and the count rose by exactly that");
    Ok(())
}

fn refresh(stage: &Stage, environment: &str) -> Result<()> {
    let application = cluster::secrets::namespace(environment);
    let arguments = ["annotate", "application", &application, "argocd.argoproj.io/refresh=normal", "--overwrite"];
    stage.cluster.kubectl.run(&[&arguments[..], &["--namespace", "argocd"]].concat()).map(drop)
}
