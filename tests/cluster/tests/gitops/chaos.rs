//! Whatever is killed under staging, each visit that was acknowledged is counted once. Outages are printed as visitors
//! felt them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cluster::kubectl::wait_until;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::bootstrap::BOOTSTRAP;
use crate::stage::Stage;
use crate::story::Story;
use crate::website::Website;

const ENVIRONMENT: &str = "staging";
const RECOVERY: Duration = Duration::from_secs(90);

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![
        story.trial("a_deleted_pod_costs_no_request", &[BOOTSTRAP], deleted_pod),
        story.trial("a_restarted_kubelet_costs_no_request", &[BOOTSTRAP], restarted_kubelet),
        story.trial("a_killed_container_loses_no_visit", &[BOOTSTRAP], killed_container),
        story.trial("a_killed_mysql_loses_no_visit", &[BOOTSTRAP], killed_mysql),
    ]
}

fn deleted_pod(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, ENVIRONMENT)?;
    let visitors = website.visitors()?;
    visitors.wait_for_more(20)?;
    let victim = first(website.ready()?)?;
    stage.cluster.kubectl.run(&["delete", "pod", &victim, "--namespace", &website.namespace])?;
    whole_again(&website, Some(&victim))?;
    visitors.wait_for_more(20)?;
    println!("  {}", visitors.all_served()?);
    Ok(())
}

fn restarted_kubelet(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, ENVIRONMENT)?;
    let visitors = website.visitors()?;
    visitors.wait_for_more(20)?;
    stage.cluster.processes.kill("kubelet")?;
    visitors.wait_for_more(60)?;
    stage.cluster.processes.start_again("kubelet")?;
    visitors.wait_for_more(120)?;
    whole_again(&website, None)?;
    println!("  {}", visitors.all_served()?);
    Ok(())
}

fn killed_container(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, ENVIRONMENT)?;
    let visitors = website.visitors()?;
    visitors.wait_for_more(20)?;
    let pod = website.pods()?.into_iter().next().context("staging has no pods")?;
    let restarts = |pod: &Value| pod["status"]["containerStatuses"][0]["restartCount"].as_i64().unwrap_or(0);
    let id = pod["status"]["containerStatuses"][0]["containerID"].as_str().unwrap_or_default();
    let id = id.strip_prefix("containerd://").context("a container without an id")?;
    let containers = stage.cluster.containers.as_ref().context("there are no containers")?;
    containers.run(&["tasks", "kill", "--signal", "SIGKILL", id])?;
    let (taken, ()) = wait_until("the killed container runs again", RECOVERY, || {
        let pods = website.pods()?;
        let same = pods.iter().find(|one| one["metadata"]["uid"] == pod["metadata"]["uid"]);
        Ok(same.is_some_and(|same| restarts(same) > restarts(&pod)).then_some(()))
    })?;
    whole_again(&website, None)?;
    visitors.wait_for_more(20)?;
    println!("  restarted after {:.1} s; {}", taken.as_secs_f32(), visitors.nothing_lost()?);
    Ok(())
}

fn killed_mysql(stage: &Stage) -> Result<()> {
    let kubectl = &stage.cluster.kubectl;
    let website = Website::of(stage, ENVIRONMENT)?;
    let visitors = website.visitors()?;
    visitors.wait_for_more(20)?;
    let before = kubectl.get("pod", &website.namespace, "mysql-0")?.context("there is no mysql-0")?;
    // As when its node dies: no time to say goodbye.
    kubectl.run(&["delete", "pod", "mysql-0", "--namespace", &website.namespace, "--force", "--grace-period=0"])?;
    wait_until("MySQL is back", RECOVERY, || {
        let Some(pod) = kubectl.get("pod", &website.namespace, "mysql-0")? else { return Ok(None) };
        let conditions = pod["status"]["conditions"].as_array();
        let ready =
            conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"));
        Ok((ready && pod["metadata"]["uid"] != before["metadata"]["uid"]).then_some(()))
    })?;
    visitors.wait_for_more(20)?;
    let report = visitors.nothing_lost()?;
    println!("  visits were counted again after {:.1} s; {report}", report.longest_silence().as_secs_f32());
    whole_again(&website, None)
}

/// Waits until as many pods are ready as are wanted, and none of them is the victim.
fn whole_again(website: &Website, victim: Option<&str>) -> Result<()> {
    wait_until("all replicas are ready again", RECOVERY, || {
        let wanted = website.deployment()?["spec"]["replicas"].as_u64().unwrap_or(1);
        let ready = website.ready()?;
        let gone = victim.is_none_or(|victim| !ready.iter().any(|name| name == victim));
        Ok((gone && ready.len() as u64 >= wanted).then_some(()))
    })?;
    Ok(())
}

fn first(names: Vec<String>) -> Result<String> {
    ensure!(names.len() > 1, "one pod alone cannot be deleted without being missed: {names:?}");
    names.into_iter().next().context("there are no pods")
}
