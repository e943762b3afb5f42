//! How chapters follow each other: a trial whose predecessor did not pass fails at once and says so, instead of
//! waiting in vain for what will not come.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::stage::Stage;

pub struct Story {
    /// None when trials are only listed.
    stage: Option<Stage>,
    passed: Mutex<BTreeSet<&'static str>>,
}

impl Story {
    pub fn on(stage: Stage) -> Self {
        Self { stage: Some(stage), passed: Mutex::default() }
    }

    pub fn untold() -> Self {
        Self { stage: None, passed: Mutex::default() }
    }

    /// A trial that makes sense only after others; their names are the facts that it builds on.
    pub fn trial(
        self: &Arc<Self>,
        name: &'static str,
        after: &'static [&'static str],
        chapter: impl FnOnce(&Stage) -> Result<()> + Send + 'static,
    ) -> Trial {
        let story = self.clone();
        Trial::test(name, move || story.tell(name, after, chapter).map_err(|error| format!("{error:#}").into()))
    }

    fn tell(&self, name: &'static str, after: &[&str], chapter: impl FnOnce(&Stage) -> Result<()>) -> Result<()> {
        let passed = || self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        for needed in after {
            ensure!(passed().contains(needed), "because {needed} failed, or was left out");
        }
        let stage = self.stage.as_ref().context("there is no cluster to try it on")?;
        stage.cluster.processes.check()?;
        let begin = Instant::now();
        let result = chapter(stage);
        println!("  {:5.1} s for {name}", begin.elapsed().as_secs_f32());
        // Printed where it happened: libtest-mimic tells failures at the end.
        if let Err(error) = &result {
            println!("  !!! {error:#}\n{}", stage.what_is_there());
        } else {
            passed().insert(name);
        }
        result
    }
}
