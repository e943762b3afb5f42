//! The parts of a server that last as long as the process: when one of them ends, the others are of no use.

use anyhow::anyhow;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, Id, JoinSet};

/// Tasks, each with what it is called in the log.
pub struct Parts {
    tasks: JoinSet<()>,
    names: Vec<(Id, &'static str)>,
    alarm: UnboundedSender<anyhow::Error>,
    alarms: UnboundedReceiver<anyhow::Error>,
}

impl Parts {
    /// None yet.
    pub fn new() -> Self {
        let (alarm, alarms) = unbounded_channel();
        Self { tasks: JoinSet::new(), names: Vec::new(), alarm, alarms }
    }

    /// Starts one.
    pub fn start(&mut self, name: &'static str, part: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let task = self.tasks.spawn(part);
        self.names.push((task.id(), name));
        task
    }

    /// Tells that the part `name` is of no use any more, although its task still finishes what it has begun.
    pub fn alarm<E: std::fmt::Display>(&self, name: &'static str) -> impl Fn(E) + Send + 'static {
        let alarm = self.alarm.clone();
        move |cause| {
            // Nobody listens any more when the process is stopping anyway.
            let _ = alarm.send(anyhow!("{name} has ended: {cause}"));
        }
    }

    /// Waits until one ends, which none should, and says which.
    pub async fn end_of_one(&mut self) -> anyhow::Error {
        let (id, how) = tokio::select! {
            Some(alarm) = self.alarms.recv() => return alarm,
            end = self.tasks.join_next_with_id() => match end {
                None => return anyhow!("nothing was started"),
                Some(Ok((id, ()))) => (id, "has ended"),
                Some(Err(error)) => (error.id(), "has panicked"),
            },
        };
        let name = self.names.iter().find(|(named, _)| *named == id).map_or("a part", |(_, name)| name);
        anyhow!("{name} {how}")
    }

    /// Waits until all have ended, as they were told to.
    pub async fn end_of_all(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_ends_is_told_by_its_name() {
        let mut parts = Parts::new();
        parts.start("the website", std::future::pending());
        parts.start("the upkeep", async {});
        assert_eq!(parts.end_of_one().await.to_string(), "the upkeep has ended");
    }

    #[tokio::test]
    async fn a_part_that_panics_is_told_by_its_name() {
        let mut parts = Parts::new();
        parts.start("the website", async { panic!("on purpose") });
        parts.start("the upkeep", std::future::pending());
        assert_eq!(parts.end_of_one().await.to_string(), "the website has panicked");
    }

    #[tokio::test]
    async fn a_part_that_is_of_no_use_any_more_is_told_by_its_name_and_cause() {
        let mut parts = Parts::new();
        parts.start("the website", std::future::pending());
        parts.alarm("the website")("out of order");
        assert_eq!(parts.end_of_one().await.to_string(), "the website has ended: out of order");
    }

    #[tokio::test]
    async fn all_have_ended_when_they_were_told_to() {
        let mut parts = Parts::new();
        let upkeep = parts.start("the upkeep", std::future::pending());
        parts.start("the website", async {});
        upkeep.abort();
        parts.end_of_all().await;
        assert!(upkeep.is_finished());
    }
}
