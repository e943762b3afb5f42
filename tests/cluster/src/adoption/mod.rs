//! `make adopt`: the tree under another owner's names. `project` is what project.json says, `places` knows where that
//! stands in the tree.

mod places;
mod project;

use anyhow::{Result, bail};
use clap::Args;

use crate::delivery::checkout::Checkout;
use crate::delivery::file;
use places::Form;
use project::Project;

/// Where the names stand once.
const PROJECT: &str = "project.json";

/// What tries names that are nobody's.
const EXAMPLES: &str = "tests/cluster/tests/adoption/";

/// What stands in the variables of `make adopt`; one that is empty keeps its value.
#[derive(Args, Debug, Default)]
pub struct Adopt {
    /// The account or organisation on GitHub
    #[arg(long, env = "OWNER", default_value = "", hide_default_value = true)]
    owner: String,
    /// The repository's name on GitHub
    #[arg(long, env = "REPOSITORY", default_value = "", hide_default_value = true)]
    repository: String,
    /// Where images and charts are pushed; ghcr.io/OWNER if OWNER alone is given
    #[arg(long, env = "REGISTRY", default_value = "", hide_default_value = true)]
    registry: String,
    /// The website's domain; dev, staging, argocd and grafana are names in it
    #[arg(long, env = "DOMAIN", default_value = "", hide_default_value = true)]
    domain: String,
    /// The Google Cloud project of dev and staging
    #[arg(long, env = "NONPRODUCTION_PROJECT", default_value = "", hide_default_value = true)]
    nonproduction_project: String,
    /// The Google Cloud project of production
    #[arg(long, env = "PRODUCTION_PROJECT", default_value = "", hide_default_value = true)]
    production_project: String,
    /// What the names of buckets begin with, which are unique in the world
    #[arg(long, env = "BUCKETS", default_value = "", hide_default_value = true)]
    buckets: String,
}

impl Adopt {
    /// Rewrites every place, and says which files have changed.
    pub fn run(self) -> Result<()> {
        let checkout = Checkout::here()?;
        let changed = self.adopt(&checkout)?;
        for path in &changed {
            println!("{path}");
        }
        match changed.len() {
            0 => println!("Nothing changes: all of this is so already."),
            count => {
                println!("{count} files are rewritten: look at `git diff`, run `tests/run.sh manifests`, and commit.")
            }
        }
        Ok(())
    }

    /// # Design
    /// All new texts are there before the first is written, and the tree is clean before: so that `git checkout .` takes
    /// back whatever was interrupted. project.json comes last, as it says what the next run looks for.
    fn adopt(&self, checkout: &Checkout) -> Result<Vec<String>> {
        let path = checkout.root().join(PROJECT);
        let old = Project::read(&path)?;
        let new = old.with(self)?;
        if old == new {
            return Ok(Vec::new());
        }
        let changed = checkout.changed(".")?;
        if !changed.is_empty() {
            bail!("commit or stash first, so that everything can be taken back: {}", changed.join(", "));
        }
        let (forms, new_forms) = (places::forms(&old), places::forms(&new));
        let pairs: Vec<_> = forms.iter().zip(&new_forms).filter(|(old, new)| old != new).collect();
        let mut rewritten = Vec::new();
        for path in checkout.files()? {
            // What is no text holds no names.
            let Ok(text) = std::fs::read_to_string(checkout.root().join(&path)) else { continue };
            if path == PROJECT || path.starts_with(EXAMPLES) {
                continue;
            }
            refuse_the_ambiguous(&path, &text, &pairs)?;
            let new = pairs.iter().fold(text.clone(), |text, (old, new)| old.replace(&text, &new.value));
            if new != text {
                rewritten.push((path, new));
            }
        }
        for (path, text) in &rewritten {
            file::replace(&checkout.root().join(path), text)?;
        }
        file::replace(&path, &new.to_json()?)?;
        Ok(rewritten.into_iter().map(|(path, _)| path).chain([PROJECT.to_owned()]).collect())
    }
}

/// A name that stands there already means something else, and the next adoption could not tell the two apart.
fn refuse_the_ambiguous(path: &str, text: &str, pairs: &[(&Form, &Form)]) -> Result<()> {
    match pairs.iter().find(|(_, new)| new.stands_in(text)) {
        None => Ok(()),
        Some((_, new)) => bail!("`{}` stands in {path} already and means something else: choose another", new.value),
    }
}
