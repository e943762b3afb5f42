//! What Argo CD says of its Applications.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::kubectl::{Kubectl, wait_until};

/// One Application, as far as people look at it.
#[derive(Clone, Debug)]
pub struct Application {
    pub name: String,
    pub sync: String,
    pub health: String,
    pub revision: String,
    /// Of the last operation, or of what is wrong with the specification.
    pub message: String,
}

impl Application {
    pub fn is_well(&self) -> bool {
        self.sync == "Synced" && self.health == "Healthy"
    }
}

impl fmt::Display for Application {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}/{}", self.name, self.sync, self.health)?;
        if !self.is_well() && !self.message.is_empty() {
            write!(formatter, " ({})", self.message)?;
        }
        Ok(())
    }
}

/// All there are.
pub fn applications(kubectl: &Kubectl) -> Result<Vec<Application>> {
    let list = kubectl.list("applications.argoproj.io", "argocd", "")?;
    Ok(list
        .iter()
        .map(|one| {
            let status = &one["status"];
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let messages: Vec<_> = status["conditions"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|condition| text(&condition["message"]))
                .chain([text(&status["operationState"]["message"])])
                .filter(|message| !message.is_empty())
                .collect();
            Application {
                name: text(&one["metadata"]["name"]),
                sync: text(&status["sync"]["status"]),
                health: text(&status["health"]["status"]),
                revision: text(&status["sync"]["revision"]),
                message: messages.join("; "),
            }
        })
        .collect())
}

/// Waits until there are Applications beside root and every one is Synced and Healthy; how long it took.
pub fn wait_for_all(kubectl: &Kubectl, deadline: Duration) -> Result<Duration> {
    let mut last = Vec::new();
    wait_until("every Application is Synced and Healthy", deadline, || {
        last = applications(kubectl)?;
        Ok((last.len() > 1 && last.iter().all(Application::is_well)).then_some(()))
    })
    .map(|(taken, ())| taken)
    .with_context(|| last.iter().map(Application::to_string).collect::<Vec<_>>().join("\n"))
}
