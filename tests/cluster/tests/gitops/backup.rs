//! The CronJobs of components/backup, run now: a backup is made, the drill restores it, and a damaged one fails the
//! drill.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cluster::kubectl::wait_until;
use libtest_mimic::Trial;

use crate::bootstrap::BOOTSTRAP;
use crate::stage::Stage;
use crate::story::Story;
use crate::website::Website;

const ENVIRONMENT: &str = "production";
const BACKUP: &str = "dog-gif-app-backup";
const DRILL: &str = "dog-gif-app-restore-drill";
const MADE: &str = "a_backup_is_made_and_its_restore_is_drilled";

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![
        story.trial(MADE, &[BOOTSTRAP], made_and_drilled),
        story.trial("a_damaged_backup_fails_the_drill", &[MADE], damaged),
    ]
}

fn made_and_drilled(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, ENVIRONMENT)?;
    let total = website.total()?;
    ensure!(total > 0, "there are no visits to be kept");
    let seconds = [run(stage, &website, BACKUP, "first", true)?, run(stage, &website, DRILL, "first", true)?];
    let volume = volume(stage, &website)?;
    let record = std::fs::read_to_string(volume.join("last-drill.json")).context("the drill left no record")?;
    let record: serde_json::Value = serde_json::from_str(&record)?;
    let restored = &record["visits"];
    ensure!(*restored == total, "{restored} visits were restored, {total} were counted: {record}");
    println!("  {total} visits: backup {:.1} s, drill {:.1} s", seconds[0].as_secs_f32(), seconds[1].as_secs_f32());
    Ok(())
}

fn damaged(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, ENVIRONMENT)?;
    let newest = newest(&volume(stage, &website)?)?;
    let whole = std::fs::read(&newest)?;
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(&newest, changed)?;
    let seconds = run(stage, &website, DRILL, "damaged", false)?;
    std::fs::write(&newest, whole)?;
    run(stage, &website, DRILL, "mended", true)?;
    println!("  one bit changed: the drill failed after {:.1} s; changed back, it passes", seconds.as_secs_f32());
    Ok(())
}

/// Runs a CronJob's Job now, and waits for its end.
fn run(stage: &Stage, website: &Website, cron_job: &str, name: &str, succeeds: bool) -> Result<Duration> {
    let kubectl = &stage.cluster.kubectl;
    let job = format!("{cron_job}-{name}");
    let from = format!("--from=cronjob/{cron_job}");
    kubectl.run(&["create", "job", &job, &from, "--namespace", &website.namespace])?;
    let (taken, condition) = wait_until(&format!("the Job {job} ends"), Duration::from_secs(90), || {
        let Some(found) = kubectl.get("job", &website.namespace, &job)? else { return Ok(None) };
        let conditions = found["status"]["conditions"].as_array().into_iter().flatten();
        let ended = conditions
            .into_iter()
            .find(|one| one["status"] == "True" && (one["type"] == "Complete" || one["type"] == "Failed"));
        Ok(ended.map(|one| one["type"].as_str().unwrap_or_default().to_owned()))
    })?;
    let said = kubectl.run(&["logs", &format!("job/{job}"), "--namespace", &website.namespace]).unwrap_or_default();
    ensure!((condition == "Complete") == succeeds, "{job} is {condition}: {}", said.trim());
    kubectl.run(&["delete", "job", &job, "--namespace", &website.namespace])?;
    Ok(taken)
}

/// Where the node keeps the backups' volume.
fn volume(stage: &Stage, website: &Website) -> Result<PathBuf> {
    let kubectl = &stage.cluster.kubectl;
    let claim = kubectl.get("persistentvolumeclaim", &website.namespace, BACKUP)?.context("there is no claim")?;
    let name = claim["spec"]["volumeName"].as_str().context("the claim is not bound")?;
    let volume = kubectl.get("persistentvolume", "", name)?.context("there is no volume")?;
    Ok(PathBuf::from(volume["spec"]["local"]["path"].as_str().context("the volume is not local")?))
}

fn newest(directory: &Path) -> Result<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tar") {
            files.push(path);
        }
    }
    // Their names are times.
    files.into_iter().max().with_context(|| format!("no backup in {}", directory.display()))
}
