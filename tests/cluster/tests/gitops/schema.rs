//! Back across a migration: expand now, contract later. The new version's migration is in, and stays in; the version
//! before it goes on counting on a schema that is ahead of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::bootstrap::BOOTSTRAP;
use crate::next_version::{COLUMN, TABLE};
use crate::stage::Stage;
use crate::story::Story;
use crate::website::Website;

/// With more than one pod: old and new ones count side by side on the new schema, both ways.
const ENVIRONMENT: &str = "staging";
const DEADLINE: Duration = Duration::from_secs(90);

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![story.trial("a_revert_goes_back_across_a_migration_and_the_count_goes_on", &[BOOTSTRAP], across_a_migration)]
}

fn across_a_migration(stage: &Stage) -> Result<()> {
    let website = Website::of(stage, ENVIRONMENT)?;
    let before = website.running()?;
    ensure!(!has_column(&website)?, "the column is there before its migration");
    let visitors = website.visitors()?;
    visitors.wait_for_more(20)?;

    let begin = Instant::now();
    let commit = stage.repository.bump(ENVIRONMENT, &stage.images.next)?;
    stage.tell(&commit)?;
    website.wait_for(&stage.images.next, DEADLINE)?;
    let forward = begin.elapsed().as_secs_f32();
    ensure!(has_column(&website)?, "the new version runs without its migration");
    visitors.wait_for_more(20)?;

    let begin = Instant::now();
    stage.tell(&stage.repository.revert(&commit)?)?;
    website.wait_for_digest(&before, DEADLINE).context("the old version does not come back")?;
    let back = begin.elapsed().as_secs_f32();
    ensure!(has_column(&website)?, "a revert took the new schema along, and what was written to it");
    visitors.wait_for_more(20)?;
    website.wait_for_leavers()?;
    println!("  new schema after {forward:.1} s, back on it after {back:.1} s; {}", visitors.all_served()?);
    Ok(())
}

fn has_column(website: &Website) -> Result<bool> {
    let said = website.ask_database(&format!(
        "SELECT COUNT(*) FROM information_schema.columns WHERE table_name = '{TABLE}' AND column_name = '{COLUMN}'"
    ))?;
    match said.trim() {
        "0" => Ok(false),
        "1" => Ok(true),
        other => anyhow::bail!("MySQL answers {other}"),
    }
}
