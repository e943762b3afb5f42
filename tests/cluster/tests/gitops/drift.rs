//! What people do by hand is undone, and what Git drops goes; but never a volume.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cluster::kubectl::wait_until;
use libtest_mimic::Trial;

use crate::bootstrap::BOOTSTRAP;
use crate::stage::Stage;
use crate::story::Story;
use crate::website::{DEPLOYMENT, Website};

pub const BY_HAND: &str = "what_is_changed_by_hand_is_healed";
pub const DROPPED: &str = "what_git_drops_is_pruned_but_a_volume_is_not";

/// The second attempt of self-healing waits for some seconds.
const DEADLINE: Duration = Duration::from_secs(45);

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![story.trial(BY_HAND, &[BOOTSTRAP], by_hand), story.trial(DROPPED, &[BOOTSTRAP], dropped)]
}

fn by_hand(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, "dev")?;
    let kubectl = &stage.cluster.kubectl;
    let run = |arguments: &[&str]| kubectl.run(&[arguments, &["--namespace", &website.namespace]].concat());
    let visitors = website.visitors()?;

    run(&["scale", "deployment", DEPLOYMENT, "--replicas=3"])?;
    let (scaled, ()) = wait_until("the Deployment is scaled back", DEADLINE, || {
        Ok((website.deployment()?["spec"]["replicas"] == 1).then_some(()))
    })?;
    let level = || -> Result<_> {
        let settings = kubectl.get("configmap", &website.namespace, DEPLOYMENT)?.context("there is no ConfigMap")?;
        Ok(settings["data"]["LOG_LEVEL"].clone())
    };
    let right = level()?;
    ensure!(right != "error", "dev logs errors only: change something else");
    run(&["patch", "configmap", DEPLOYMENT, "--patch", r#"{"data": {"LOG_LEVEL": "error"}}"#])?;
    let (edited, ()) = wait_until("the ConfigMap is as Git says", DEADLINE, || Ok((level()? == right).then_some(())))?;
    website.wait_for_leavers()?;
    let report = visitors.all_served()?;

    // Nobody can visit what has no Service.
    run(&["delete", "service", DEPLOYMENT])?;
    let (deleted, ()) = wait_until("the Service is back", DEADLINE, || {
        Ok(kubectl.get("service", &website.namespace, DEPLOYMENT)?.map(drop))
    })?;
    let seconds = [scaled, edited, deleted].map(|taken| format!("{:.1} s", taken.as_secs_f32()));
    println!("  scaled, edited, deleted by hand: healed after {}; {report}", seconds.join(", "));
    let website = Website::of(stage, "dev")?;
    wait_until("the new Service answers", DEADLINE, || Ok(website.total().ok().map(drop)))?;
    stage.watch.wait(&website.application(), "it is Synced and Healthy again", DEADLINE, |state| state.is_well())?;
    Ok(())
}

/// staging without its backups: their CronJobs go, their volume does not.
fn dropped(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, "staging")?;
    let kubectl = &stage.cluster.kubectl;
    let there = |kind: &str, name: &str| Ok::<_, anyhow::Error>(kubectl.get(kind, &website.namespace, name)?.is_some());
    ensure!(there("cronjob", "dog-gif-app-backup")? && there("pvc", "dog-gif-app-backup")?, "staging has no backups");
    let file = "k8s/overlays/staging/kustomization.yaml";
    let commit = stage.repository.edit("staging: No backups", file, "  - ../../components/backup\n", "")?;
    stage.tell(&commit)?;
    let pruned =
        wait_until("the CronJob is pruned", DEADLINE, || Ok((!there("cronjob", "dog-gif-app-backup")?).then_some(())))?;
    ensure!(there("pvc", "dog-gif-app-backup")?, "the volume went with them");
    stage.tell(&stage.repository.revert(&commit)?)?;
    let back =
        wait_until("the CronJob is back", DEADLINE, || Ok(there("cronjob", "dog-gif-app-backup")?.then_some(())))?;
    ensure!(there("pvc", "dog-gif-app-backup")?, "the volume went with them");
    stage.watch.wait(&website.application(), "it is Synced and Healthy again", DEADLINE, |state| state.is_well())?;
    println!("  pruned after {:.1} s, and back after {:.1} s", pruned.0.as_secs_f32(), back.0.as_secs_f32());
    Ok(())
}
