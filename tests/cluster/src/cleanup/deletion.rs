//! Carries out a plan, and looks again and again whether it still is right.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::{Context, Result, bail};
use time::OffsetDateTime;

use super::contents::{Contents, Digest};
use super::plan::{Plan, Step, Unit};
use super::registry::Registry;

/// After so many versions tags and branches are looked at anew: seconds, in which hardly anybody moves a tag back.
const ROUND: usize = 10;
/// So often may a repository have changed before anything could be deleted.
const MOST_SURPRISES: usize = 5;

/// Deletes what the plan says, and of it what still may go when its turn comes.
///
/// # Design
/// Between looking and deleting somebody may push an index around an old image, move a tag back, or promote an old version.
/// So before each round the tags are read once more; if they are not as expected, all is read and planned anew, and only
/// what both plans let go is deleted. A moved branch ends the run: what it says has to be fetched first.
pub fn delete(
    registry: &dyn Registry,
    mut contents: Contents,
    plan: Plan,
    also: &[Digest],
    decide: &dyn Fn(&Contents) -> Plan,
    unmoved: &dyn Fn() -> Result<()>,
    output: &mut dyn Write,
) -> Result<()> {
    let mut units = plan.units;
    let (mut deleted, mut surprises) = (0, 0);
    let stopped = |deleted: usize, left: usize| {
        format!("stopped with {deleted} deleted and {left} to go; what stays is whole, and a second run goes on")
    };
    while !units.is_empty() {
        let left = units.len();
        unmoved().with_context(|| stopped(deleted, left))?;
        let tags = registry.tags().with_context(|| stopped(deleted, left))?;
        if tags != contents.tags {
            surprises += 1;
            if surprises > MOST_SURPRISES {
                bail!("{}: tags come and go all the time, so run this when nobody pushes", stopped(deleted, left));
            }
            let mut fresh = registry.read(also).with_context(|| stopped(deleted, left))?;
            note_arrivals(&mut fresh, &contents);
            units = both(units, &contents, &decide(&fresh).units, &fresh);
            contents = fresh;
            continue;
        }
        surprises = 0;
        for (number, unit) in units.drain(..units.len().min(ROUND)).enumerate() {
            for (at, step) in unit.steps.iter().enumerate() {
                registry
                    .delete(step)
                    .with_context(|| format!("{}: {}", stopped(deleted, left - number), rest_of(&unit, at)))?;
                match step {
                    Step::Tag(tag) => contents.tags.remove(tag).map(drop),
                    Step::Manifest(digest) => contents.manifests.remove(digest).map(drop),
                };
            }
            deleted += 1;
            writeln!(output, "deleted {}", unit.name)?;
        }
    }
    writeln!(output, "{deleted} deleted.")?;
    Ok(())
}

/// The version that could not be deleted; by digests, too, if it is half gone, as its tags may be the half that is.
fn rest_of(unit: &Unit, at: usize) -> String {
    let left = unit.steps[at..].iter().filter_map(|step| match step {
        Step::Manifest(digest) => Some(digest.as_str()),
        Step::Tag(_) => None,
    });
    match at {
        0 => unit.name.clone(),
        _ => format!("{}, of which are left {}", unit.name, left.collect::<Vec<_>>().join(", ")),
    }
}

/// What a tag came to meanwhile is young, however old it says it is.
fn note_arrivals(fresh: &mut Contents, before: &Contents) {
    let now = OffsetDateTime::now_utc();
    for (_, digest) in fresh.tags.iter().filter(|(tag, digest)| before.tags.get(*tag) != Some(*digest)) {
        if let Some(manifest) = fresh.manifests.get_mut(digest) {
            manifest.pushed = Some(now);
        }
    }
}

/// What was to go before, and may still go.
fn both(units: Vec<Unit>, before: &Contents, fresh_units: &[Unit], fresh: &Contents) -> Vec<Unit> {
    let still: BTreeSet<_> = fresh_units.iter().flat_map(|unit| &unit.steps).collect();
    let may_go = |step: &Step| {
        still.contains(step)
            && match step {
                // The same name may mean another manifest by now.
                Step::Tag(tag) => before.tags.get(tag) == fresh.tags.get(tag),
                Step::Manifest(_) => true,
            }
    };
    let units = units.into_iter().map(|unit| Unit { steps: unit.steps.into_iter().filter(may_go).collect(), ..unit });
    units.filter(|unit| !unit.steps.is_empty()).collect()
}
