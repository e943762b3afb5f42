//! Production's manifests at a size that no test machine has: 50 replicas over 100 nodes in three zones. The nodes only
//! say that they run pods (KWOK); scheduler, controllers, budgets and evictions are Kubernetes' own.

mod fleet;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cluster::kubectl::wait_until;
use cluster::{Cluster, Options};
use fleet::{Fleet, on, text};
use libtest_mimic::{Arguments, Trial};

const NODES: usize = 100;
const REPLICAS: usize = 50;
/// Some times what it takes, on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Result<()> {
    let mut arguments = Arguments::from_args();
    // Each trial begins where the one before it ended.
    arguments.test_threads = Some(1);
    if arguments.list {
        libtest_mimic::run(&arguments, story(&Story::default())).exit();
    }
    let options = Options { argo_cd: false, ..Options::new("scale") }.simulated(NODES);
    let machine = Cluster::enter(&options)?;
    let begin = Instant::now();
    let fleet = Fleet::of(Cluster::start(machine, &options)?, &options.checkout)?;
    let conclusion = libtest_mimic::run(&arguments, story(&Arc::new(Mutex::new(Some(fleet)))));
    println!("scale: {:.0} s in all", begin.elapsed().as_secs_f32());
    conclusion.exit()
}

/// None when trials are only listed.
type Story = Arc<Mutex<Option<Fleet>>>;
type Chapter = fn(&Fleet) -> Result<()>;

fn story(fleet: &Story) -> Vec<Trial> {
    let chapters: [(&str, Chapter); 6] = [
        ("replicas_are_spread_over_zones_and_hosts", spread),
        ("a_rollout_never_has_fewer_pods_than_wanted", rollout),
        ("a_drained_node_keeps_the_budget", drained_node),
        ("an_eviction_beyond_the_budget_is_refused", refused_eviction),
        ("what_a_lost_zone_ran_runs_in_the_others", lost_zone),
        ("the_autoscaler_keeps_its_bounds", bounds),
    ];
    let trial = |(name, chapter): (&str, Chapter)| {
        let fleet = fleet.clone();
        Trial::test(name, move || {
            let fleet = fleet.lock().unwrap_or_else(PoisonError::into_inner);
            let fleet = fleet.as_ref().ok_or("there is no cluster to try it on")?;
            fleet.cluster.processes.check().and_then(|()| chapter(fleet)).map_err(|error| format!("{error:#}").into())
        })
    };
    chapters.into_iter().map(trial).collect()
}

fn spread(fleet: &Fleet) -> Result<()> {
    fleet.scale(REPLICAS)?;
    let taken = fleet.wait_for(REPLICAS)?;
    let pods = fleet.pods()?;
    let zones = fleet.per_zone(&pods)?;
    ensure!(zones.len() == 3 && most(&zones) - least(&zones) <= 1, "pods of the zones: {zones:?}");
    let hosts = fleet::count(pods.iter().map(on));
    ensure!(most(&hosts) == 1, "with {NODES} nodes for {REPLICAS} pods, some share one: {hosts:?}");
    println!("  {REPLICAS} pods on {NODES} nodes after {:.1} s, by zone {zones:?}", taken.as_secs_f32());
    Ok(())
}

fn rollout(fleet: &Fleet) -> Result<()> {
    let before = fleet.names()?;
    let (taken, lowest) = fleet.watch(|| {
        fleet.kubectl(&["rollout", "restart", "deployment/dog-gif-app"])?;
        let (taken, ()) = wait_until("every pod is new", PATIENCE, || {
            let now = fleet.names()?;
            Ok((now.len() == REPLICAS && now.is_disjoint(&before)).then_some(()))
        })?;
        Ok(taken)
    })?;
    ensure!(lowest >= REPLICAS, "there were {lowest} ready pods during the rollout");
    let zones = fleet.per_zone(&fleet.pods()?)?;
    ensure!(most(&zones) - least(&zones) <= 1, "after the rollout, pods of the zones: {zones:?}");
    println!(
        "  {REPLICAS} pods replaced in {:.1} s, never fewer than {lowest} ready, by zone {zones:?}",
        taken.as_secs_f32()
    );
    Ok(())
}

fn drained_node(fleet: &Fleet) -> Result<()> {
    let node = on(fleet.pods()?.first().context("there are no pods")?);
    let begin = Instant::now();
    let ((), lowest) = fleet.watch(|| {
        fleet.kubectl(&["drain", &node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=60s"])?;
        fleet.wait_for(REPLICAS).map(drop)
    })?;
    ensure!(lowest >= REPLICAS - 1, "there were {lowest} ready pods during the drain");
    ensure!(fleet.pods()?.iter().all(|pod| on(pod) != node), "{node} is drained and runs pods");
    fleet.kubectl(&["uncordon", &node])?;
    println!("  {node} drained in {:.1} s, never fewer than {lowest} ready", begin.elapsed().as_secs_f32());
    Ok(())
}

/// With nowhere to go for a new pod, one eviction uses the budget up.
fn refused_eviction(fleet: &Fleet) -> Result<()> {
    fleet.kubectl(&["cordon", "--selector", "type=kwok"])?;
    let [first, second] = [0, 1].map(|number| fleet.pods().map(|pods| text(&pods[number]["metadata"]["name"])));
    fleet.evict(&first?)?;
    wait_until("the budget is used up", PATIENCE, || Ok((fleet.budget()?["disruptionsAllowed"] == 0).then_some(())))?;
    let Err(refusal) = fleet.evict(&second?) else { anyhow::bail!("a second pod was evicted") };
    ensure!(format!("{refusal:#}").contains("disruption budget"), "it was refused for another reason: {refusal:#}");
    fleet.kubectl(&["uncordon", "--selector", "type=kwok"])?;
    fleet.wait_for(REPLICAS).map(drop)
}

/// Its nodes are still known, as they are for minutes in a cloud, and nothing can be scheduled there. Their pods have to
/// find room elsewhere although zones must be even: what cannot take a pod is no zone to be even with.
fn lost_zone(fleet: &Fleet) -> Result<()> {
    let zone = "topology.kubernetes.io/zone=local-a";
    fleet.kubectl(&["cordon", "--selector", zone])?;
    let nodes = fleet.cluster.kubectl.list("nodes", "", zone)?;
    let lost: Vec<_> = nodes.iter().map(|node| text(&node["metadata"]["name"])).collect();
    let pods: Vec<_> = fleet.pods()?.into_iter().filter(|pod| lost.contains(&on(pod))).collect();
    let names: Vec<_> = pods.iter().map(|pod| text(&pod["metadata"]["name"])).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let begin = Instant::now();
    fleet.kubectl(&[&["delete", "pods", "--force", "--grace-period=0"], &names[..]].concat())?;
    fleet.wait_for(REPLICAS)?;
    let taken = begin.elapsed();
    let zones = fleet.per_zone(&fleet.pods()?)?;
    ensure!(zones.len() == 2 && most(&zones) - least(&zones) <= 1, "pods of the other zones: {zones:?}");
    fleet.kubectl(&["uncordon", "--selector", zone])?;
    println!("  {} pods of a lost zone run in the others after {:.1} s: {zones:?}", names.len(), taken.as_secs_f32());
    Ok(())
}

/// It needs no metrics to see that a number is none of its own.
fn bounds(fleet: &Fleet) -> Result<()> {
    let [least, most] = fleet.autoscale()?;
    ensure!(REPLICAS > most && least > 1, "the bounds {least} and {most} leave nothing to correct");
    let wanted = |replicas: usize| {
        wait_until(&format!("the autoscaler wants {replicas}"), PATIENCE, || {
            let deployment = fleet.deployment()?;
            Ok((deployment["spec"]["replicas"].as_u64() == Some(replicas as u64)).then_some(()))
        })
    };
    let (down, ()) = wanted(most)?;
    fleet.scale(1)?;
    let (up, ()) = wanted(least)?;
    fleet.wait_for(least)?;
    let [down, up] = [down, up].map(|taken| taken.as_secs_f32());
    println!("  {REPLICAS} cut to {most} after {down:.1} s, 1 raised to {least} after {up:.1} s");
    Ok(())
}

fn most(counts: &fleet::Counts) -> usize {
    counts.values().copied().max().unwrap_or(0)
}

fn least(counts: &fleet::Counts) -> usize {
    counts.values().copied().min().unwrap_or(0)
}
