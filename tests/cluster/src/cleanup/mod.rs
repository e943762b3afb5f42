//! `make cleanup`: old images and charts go, and nothing that runs, ran lately or is needed by either. In reading order:
//! `contents` is what a repository holds, `references` what Git names, `plan` decides, `table` shows it, `deletion` does it;
//! `registry` and `chart_directory` know the places.

mod chart_directory;
mod contents;
mod deletion;
mod plan;
mod references;
mod registry;
mod table;

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use time::{Duration, OffsetDateTime};

use crate::delivery::checkout::Checkout;
use crate::delivery::is_true;
use crate::image::checkout::repository;
use chart_directory::ChartDirectory;
use plan::{Order, Rules};
use references::References;
use registry::{Kind, Name, Registry};

/// How long after the last newer deployment a version may still be asked for.
const DAYS: u32 = 90;
/// How many versions stay, whatever else.
const NEWEST: u32 = 3;
/// A release may take a while until Git names it.
const YOUNGER_DAYS: u32 = 7;

/// What stands in the variables of `make cleanup`; one that is empty is missing, as in `delivery`.
#[derive(Args, Debug)]
pub struct Cleanup {
    /// The repository of images; the chart's image.repository unless CHARTS is given
    #[arg(long, env = "IMAGES", default_value = "", hide_default_value = true)]
    images: String,
    /// A chart's OCI repository, or a directory with index.yaml
    #[arg(long, env = "CHARTS", default_value = "", hide_default_value = true)]
    charts: String,
    /// Who runs the registry, where its name does not tell: github, docker-hub, artifact-registry, oci
    #[arg(long, env = "KIND", default_value = "", hide_default_value = true)]
    kind: String,
    /// What Git named in so many days stays; 90 if none is given
    #[arg(long, env = "DAYS", default_value = "", hide_default_value = true)]
    days: String,
    /// So many versions stay, the newest; 3 if none is given
    #[arg(long, env = "NEWEST", default_value = "", hide_default_value = true)]
    newest: String,
    /// What is younger stays, in days; 7 if none is given
    #[arg(long, env = "YOUNGER", default_value = "", hide_default_value = true)]
    younger: String,
    /// The branches of origin that count, such as `main release/*`; every one if none is given
    #[arg(long, env = "BRANCHES", default_value = "", hide_default_value = true)]
    branches: String,
    /// Delete, and do not only say what would go
    #[arg(long, env = "YES", default_value = "", default_missing_value = "true", num_args = 0..=1)]
    #[arg(require_equals = true, hide_default_value = true)]
    yes: String,
}

impl Cleanup {
    /// Shows what goes and what stays, and deletes if it is told to.
    pub fn run(self, output: &mut dyn Write) -> Result<()> {
        let checkout = Checkout::here()?;
        let yes = is_true("YES", &self.yes)?;
        let days = Duration::days(number("DAYS", &self.days, DAYS)?.into());
        let younger_than = Duration::days(number("YOUNGER", &self.younger, YOUNGER_DAYS)?.into());
        let newest = number("NEWEST", &self.newest, NEWEST)? as usize;
        if newest == 0 {
            bail!("NEWEST is 0: one version stays at least, or nothing could be deployed");
        }
        let now = OffsetDateTime::now_utc();
        let references = References::read(&checkout, days, &self.branches, now).context("nothing was deleted")?;
        for (place, order) in self.places(&checkout)? {
            let rules = Rules { newest, younger_than, order };
            let registry = self.open(&place, order, &checkout)?;
            let also: Vec<_> = references.digests().cloned().collect();
            let contents = registry.read(&also).context("nothing was deleted")?;
            let decide = |contents: &_| plan::plan(contents, &references, &rules, now);
            let plan = decide(&contents);
            write!(output, "{}", table::table(&place, &plan, &rules, days))?;
            if plan.units.is_empty() {
                continue;
            }
            if !yes {
                writeln!(output, "Nothing was deleted: `make cleanup YES=1` does that.")?;
                continue;
            }
            let unmoved = || references.still_hold(&checkout, &self.branches);
            deletion::delete(&*registry, contents, plan, &also, &decide, &unmoved, output)?;
        }
        Ok(())
    }

    /// What to look at, and what makes a version newer there.
    fn places(&self, checkout: &Checkout) -> Result<Vec<(String, Order)>> {
        let mut places = Vec::new();
        if !self.images.is_empty() {
            places.push((self.images.clone(), Order::Time));
        }
        if !self.charts.is_empty() {
            places.push((self.charts.clone(), Order::Semantic));
        }
        if places.is_empty() {
            places.push((repository(checkout.root())?, Order::Time));
        }
        Ok(places)
    }

    fn open(&self, place: &str, order: Order, checkout: &Checkout) -> Result<Box<dyn Registry>> {
        // A directory that is not there is no registry either.
        let is_directory = place.starts_with(['.', '/']) || Path::new(place).is_dir();
        if order == Order::Semantic && is_directory {
            return Ok(Box::new(ChartDirectory::new(Path::new(place))));
        }
        let kind = match self.kind.as_str() {
            "" => None,
            kind => match Kind::from_str(kind, true) {
                Ok(kind) => Some(kind),
                Err(_) => bail!("KIND is `{kind}`: say github, docker-hub, artifact-registry or oci"),
            },
        };
        let history = Checkout::at(checkout.root());
        let committed = move |revision: &str| {
            let is_id = (7..=64).contains(&revision.len()) && revision.bytes().all(|digit| digit.is_ascii_hexdigit());
            OffsetDateTime::from_unix_timestamp(is_id.then(|| history.committed_at(revision))??).ok()
        };
        registry::open(&Name::parse(place)?, kind, Box::new(committed)).context("nothing was deleted")
    }
}

fn number(name: &str, text: &str, default: u32) -> Result<u32> {
    match text {
        "" => Ok(default),
        text => {
            text.parse().ok().filter(|number| *number < 100_000).with_context(|| {
                format!("{name} is `{text}`, which is no number: say {name}={default}, or leave it out")
            })
        }
    }
}
