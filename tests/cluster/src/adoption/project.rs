//! project.json: what is this project's own, and no other's.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::Adopt;

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Project {
    pub owner: String,
    pub repository: String,
    pub registry: String,
    pub domain: String,
    pub nonproduction_project: String,
    pub production_project: String,
    pub buckets: String,
}

impl Project {
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not what `make adopt` writes", path.display()))
    }

    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// This one with what was given instead, all of it sensible.
    pub fn with(&self, given: &Adopt) -> Result<Self> {
        let or = |given: &str, own: &str| if given.is_empty() { own.to_owned() } else { given.to_owned() };
        let owner = or(&given.owner, &self.owner);
        let registry = match given.registry.as_str() {
            "" if !given.owner.is_empty() => format!("ghcr.io/{}", owner.to_ascii_lowercase()),
            registry => or(registry.trim_end_matches('/'), &self.registry),
        };
        let project = Self {
            repository: or(&given.repository, &self.repository),
            domain: or(&given.domain, &self.domain),
            nonproduction_project: or(&given.nonproduction_project, &self.nonproduction_project),
            production_project: or(&given.production_project, &self.production_project),
            buckets: or(&given.buckets, &self.buckets),
            registry,
            owner,
        };
        project.check()?;
        Ok(project)
    }

    fn check(&self) -> Result<()> {
        let ends =
            |text: &str| text.starts_with(|first: char| first.is_ascii_alphanumeric()) && !text.ends_with(['-', '.']);
        let made_of = |text: &str, more: &str, upper: bool| {
            let fits = |character: char| {
                character.is_ascii_lowercase()
                    || character.is_ascii_digit()
                    || upper && character.is_ascii_uppercase()
                    || more.contains(character)
            };
            ends(text) && text.chars().all(fits)
        };
        if !made_of(&self.owner, "-", true) || self.owner.len() > 39 {
            bail!("OWNER is `{}`, which no account on GitHub can be called: letters, digits and hyphens", self.owner);
        }
        if !made_of(&self.repository, "-_.", true) {
            bail!(
                "REPOSITORY is `{}`, which no repository on GitHub can be called: its name alone, no address",
                self.repository
            );
        }
        if !made_of(&self.registry, "-_./:", false)
            || !self.registry.contains(['.', ':'])
            || !self.registry.contains('/')
        {
            bail!("REGISTRY is `{}`: say host and path in lower case, such as ghcr.io/{}", self.registry, self.owner);
        }
        if !made_of(&self.domain, "-.", false) || !self.domain.contains('.') {
            bail!("DOMAIN is `{}`: say a name with a dot, in lower case and without https://", self.domain);
        }
        for (name, project) in
            [("NONPRODUCTION_PROJECT", &self.nonproduction_project), ("PRODUCTION_PROJECT", &self.production_project)]
        {
            let letter = project.starts_with(|first: char| first.is_ascii_lowercase());
            if !made_of(project, "-", false) || !letter || !(6..=30).contains(&project.len()) {
                bail!(
                    "{name} is `{project}`: a project of Google Cloud has 6 to 30 lower-case letters, digits and hyphens"
                );
            }
        }
        if self.nonproduction_project == self.production_project {
            bail!("both projects are `{}`: what is not production must not reach its secrets", self.production_project);
        }
        if !made_of(&self.buckets, "-", false) || !(3..=36).contains(&self.buckets.len()) {
            bail!(
                "BUCKETS is `{}`: names of buckets begin with 3 to 36 lower-case letters, digits and hyphens",
                self.buckets
            );
        }
        Ok(())
    }
}
