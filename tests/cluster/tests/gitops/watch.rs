//! What Argo CD says of its Applications, as a record: every change with its moment, so that nothing that flapped for
//! half a second is missed, and so that figures do not depend on how often somebody looked.

use std::collections::BTreeMap;
use std::fmt;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cluster::kubectl::Kubectl;
use serde_json::Value;

/// One Application at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub name: String,
    pub sync: String,
    pub health: String,
    /// The commit that it was compared with.
    pub revision: String,
    /// Of the last operation; Running while it waits for its next try.
    pub phase: String,
    /// The commit of the last operation.
    pub synced: String,
    pub message: String,
}

impl State {
    fn of(object: &Value) -> Self {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            name: text("/metadata/name"),
            sync: text("/status/sync/status"),
            health: text("/status/health/status"),
            revision: text("/status/sync/revision"),
            phase: text("/status/operationState/phase"),
            synced: text("/status/operationState/syncResult/revision"),
            message: text("/status/operationState/message"),
        }
    }

    pub fn is_well(&self) -> bool {
        self.sync == "Synced" && self.health == "Healthy"
    }

    /// Argo CD has given up on what Git says, and tells people so.
    pub fn is_bad(&self) -> bool {
        self.health == "Degraded" || self.phase == "Failed" || self.phase == "Error"
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}/{}/{}", self.name, self.sync, self.health, self.phase)?;
        if !self.is_well() && !self.message.is_empty() {
            write!(formatter, " ({})", self.message)?;
        }
        Ok(())
    }
}

type Record = Vec<(Instant, State)>;

/// A `kubectl get --watch` that is listened to.
pub struct Watch {
    record: Arc<(Mutex<Record>, Condvar)>,
    kubectl: Child,
}

impl Watch {
    pub fn begin(kubectl: &Kubectl) -> Result<Self> {
        let mut child = kubectl
            .command()
            .args(["get", "applications.argoproj.io", "--namespace", "argocd", "--watch", "--output", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("cannot run kubectl")?;
        let stdout = child.stdout.take().context("kubectl says nothing")?;
        let record = Arc::new((Mutex::new(Record::new()), Condvar::new()));
        let writer = record.clone();
        std::thread::spawn(move || {
            let objects = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
            for object in objects.map_while(Result::ok) {
                let state = State::of(&object);
                let mut record = writer.0.lock().unwrap_or_else(PoisonError::into_inner);
                let last = record.iter().rev().find(|(_, before)| before.name == state.name);
                if last.is_none_or(|(_, before)| *before != state) {
                    record.push((Instant::now(), state));
                    writer.1.notify_all();
                }
            }
        });
        Ok(Self { record, kubectl: child })
    }

    /// The latest of each Application, by name.
    pub fn now(&self) -> BTreeMap<String, State> {
        let record = self.record.0.lock().unwrap_or_else(PoisonError::into_inner);
        record.iter().map(|(_, state)| (state.name.clone(), state.clone())).collect()
    }

    /// Waits until the latest of one Application satisfies; the moment at which it began to.
    pub fn wait(
        &self,
        application: &str,
        what: &str,
        deadline: Duration,
        satisfies: impl Fn(&State) -> bool,
    ) -> Result<(Instant, State)> {
        self.wait_for_all(what, deadline, |record| {
            let (at, state) = record.iter().rev().find(|(_, state)| state.name == application)?;
            satisfies(state).then(|| (*at, state.clone()))
        })
        .with_context(|| match self.now().get(application) {
            Some(state) => format!("Argo CD says {state}"),
            None => format!("there is no Application {application}"),
        })
    }

    /// Waits until the record has the answer.
    pub fn wait_for_all<T>(
        &self,
        what: &str,
        deadline: Duration,
        answer: impl Fn(&[(Instant, State)]) -> Option<T>,
    ) -> Result<T> {
        let begin = Instant::now();
        let mut record = self.record.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(answer) = answer(&record) {
                return Ok(answer);
            }
            let Some(left) = deadline.checked_sub(begin.elapsed()) else {
                bail!("waited {} s in vain until {what}", deadline.as_secs());
            };
            record = self.record.1.wait_timeout(record, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What changed after a moment.
    pub fn since(&self, moment: Instant) -> Vec<(Instant, State)> {
        let record = self.record.0.lock().unwrap_or_else(PoisonError::into_inner);
        record.iter().filter(|(at, _)| *at > moment).cloned().collect()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It ends with the machine at the latest.
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}
