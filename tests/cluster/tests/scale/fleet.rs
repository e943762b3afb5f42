//! The Deployment of production on simulated nodes, and how it fares.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cluster::Cluster;
use cluster::kubectl::wait_until;
use cluster::secrets;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::PATIENCE;

const NAME: &str = "dog-gif-app";
const PODS: &str = "app.kubernetes.io/name=dog-gif-app,app.kubernetes.io/component=web";
/// Of production's objects, those that a Deployment stands on; the autoscaler comes when it is its turn.
const KINDS: [&str; 6] = ["Namespace", "ServiceAccount", "ConfigMap", "Service", "Deployment", "PodDisruptionBudget"];

pub type Counts = BTreeMap<String, usize>;

pub struct Fleet {
    pub cluster: Cluster,
    namespace: String,
    autoscaler: Value,
}

impl Fleet {
    /// Applies what `make render ENVIRONMENT=production` prints.
    pub fn of(cluster: Cluster, checkout: &Path) -> Result<Self> {
        let output = Command::new(env!("CARGO_BIN_EXE_cluster"))
            .args(["render", "--environment", "production"])
            .current_dir(checkout)
            .output()
            .context("cannot run `cluster render`")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        let documents = serde_yaml_ng::Deserializer::from_slice(&output.stdout).map(Value::deserialize);
        let objects = documents.collect::<Result<Vec<_>, _>>().context("what was rendered is no YAML")?;
        let of_kind = |kind: &'static str| objects.iter().filter(move |object| object["kind"] == kind);
        let autoscaler = of_kind("HorizontalPodAutoscaler").next().context("production has no autoscaler")?.clone();
        let wanted: Vec<_> = KINDS.into_iter().flat_map(of_kind).collect();
        cluster.kubectl.apply(&json!({"apiVersion": "v1", "kind": "List", "items": wanted}).to_string())?;
        Ok(Self { cluster, namespace: secrets::namespace("production"), autoscaler })
    }

    /// kubectl in production's namespace.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String> {
        self.cluster.kubectl.run(&[arguments, &["--namespace", &self.namespace]].concat())
    }

    pub fn scale(&self, replicas: usize) -> Result<()> {
        self.kubectl(&["scale", "deployment", NAME, &format!("--replicas={replicas}")]).map(drop)
    }

    pub fn deployment(&self) -> Result<Value> {
        self.cluster.kubectl.get("deployment", &self.namespace, NAME)?.context("there is no Deployment")
    }

    /// Waits until exactly so many pods are ready, and none is on its way.
    pub fn wait_for(&self, replicas: usize) -> Result<Duration> {
        let (taken, ()) = wait_until(&format!("{replicas} pods are ready"), PATIENCE, || {
            let status = self.deployment()?["status"].clone();
            let all = ["replicas", "updatedReplicas", "availableReplicas"];
            Ok(all.iter().all(|count| status[count].as_u64() == Some(replicas as u64)).then_some(()))
        })?;
        Ok(taken)
    }

    /// The pods that are not on their way out.
    pub fn pods(&self) -> Result<Vec<Value>> {
        let mut pods = self.cluster.kubectl.list("pods", &self.namespace, PODS)?;
        pods.retain(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        Ok(pods)
    }

    pub fn names(&self) -> Result<BTreeSet<String>> {
        Ok(self.pods()?.iter().map(|pod| text(&pod["metadata"]["name"])).collect())
    }

    pub fn per_zone(&self, pods: &[Value]) -> Result<Counts> {
        let nodes = self.cluster.kubectl.list("nodes", "", "")?;
        let zones: BTreeMap<_, _> = nodes
            .iter()
            .map(|node| {
                let metadata = &node["metadata"];
                (text(&metadata["name"]), text(&metadata["labels"]["topology.kubernetes.io/zone"]))
            })
            .collect();
        Ok(count(pods.iter().map(|pod| zones.get(&on(pod)).cloned().unwrap_or_else(|| "no zone".to_owned()))))
    }

    /// Does something, and counts the ready pods meanwhile; the lowest number seen.
    pub fn watch<T>(&self, act: impl FnOnce() -> Result<T>) -> Result<(T, usize)> {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| -> Result<usize> {
                let mut lowest = usize::MAX;
                loop {
                    // Read before the last look, so that there is one after the act.
                    let last = over.load(Ordering::SeqCst);
                    let ready = self.deployment()?["status"]["readyReplicas"].as_u64().unwrap_or(0);
                    lowest = lowest.min(usize::try_from(ready)?);
                    if last {
                        return Ok(lowest);
                    }
                }
            });
            let outcome = act();
            over.store(true, Ordering::SeqCst);
            let lowest = watcher.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok((outcome?, lowest))
        })
    }

    /// As a drain asks for it.
    pub fn evict(&self, pod: &str) -> Result<()> {
        let namespace = &self.namespace;
        let eviction = json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace},
        });
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/eviction");
        self.cluster.kubectl.run_with_input(&["create", "--raw", &path, "-f", "-"], &eviction.to_string()).map(drop)
    }

    /// What the disruption budget says of itself.
    pub fn budget(&self) -> Result<Value> {
        let budget = self.cluster.kubectl.get("poddisruptionbudget", &self.namespace, NAME)?;
        Ok(budget.context("there is no PodDisruptionBudget")?["status"].clone())
    }

    /// Hands the Deployment to production's autoscaler; its bounds.
    pub fn autoscale(&self) -> Result<[usize; 2]> {
        self.cluster.kubectl.apply(&self.autoscaler.to_string())?;
        let bound = |name: &str| {
            let bound = self.autoscaler["spec"][name].as_u64();
            bound.and_then(|bound| usize::try_from(bound).ok()).with_context(|| format!("the autoscaler has no {name}"))
        };
        Ok([bound("minReplicas")?, bound("maxReplicas")?])
    }
}

pub fn count(things: impl Iterator<Item = String>) -> Counts {
    let mut counts = Counts::new();
    for thing in things {
        *counts.entry(thing).or_default() += 1;
    }
    counts
}

/// The node that a pod runs on.
pub fn on(pod: &Value) -> String {
    text(&pod["spec"]["nodeName"])
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
