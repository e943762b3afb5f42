//! What Git names: every digest, tag and chart version that the manifests of the last days named, on any branch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Result, bail};
use semver::{Version, VersionReq};
use serde::Deserialize as _;
use serde_yaml_ng::Value;
use time::{Duration, OffsetDateTime};

use crate::delivery::checkout::Checkout;

/// Where clusters are told what to run.
const PLACES: [&str; 2] = ["k8s", "argocd"];

/// Which file names it, and on which branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub path: String,
    pub branch: String,
    /// At the branch's tip, and not only before.
    pub now: bool,
}

impl fmt::Display for Mention {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, branch, now } = self;
        write!(formatter, "{} in {path} on {branch}", if *now { "named" } else { "was named" })
    }
}

#[derive(Debug, Default)]
pub struct References {
    digests: BTreeMap<String, Mention>,
    tags: BTreeMap<String, Mention>,
    charts: Vec<(String, VersionReq, Mention)>,
    /// The branches, as they were read.
    branches: Vec<(String, String)>,
}

impl References {
    /// Reads what the branches of origin said in these days; `patterns` such as `main release/*` narrow them.
    ///
    /// # Design
    /// Every branch, unless told otherwise: it is more than the protected ones, and no list has to be kept in step with a
    /// forge's settings. What was in force when the days began was written before: a commit's parent says it, and the tip,
    /// if there was no commit. Too much read is too much kept; so a clone that lacks anything is refused.
    pub fn read(checkout: &Checkout, days: Duration, patterns: &str, now: OffsetDateTime) -> Result<Self> {
        if checkout.output(&["rev-parse", "--is-shallow-repository"])?.trim_end() == "true" {
            bail!("this is a shallow clone, which knows nothing of what ran before: run `git fetch --unshallow`");
        }
        let branches = branches(checkout, patterns)?;
        let mut references = Self { branches: branches.clone(), ..Self::default() };
        let mut seen = BTreeSet::new();
        // Tips first: that something runs now is the better reason.
        for (branch, tip) in &branches {
            references.add(checkout, std::slice::from_ref(tip), branch, true, &mut seen)?;
        }
        for (branch, tip) in &branches {
            references.add(checkout, &since(checkout, tip, now - days)?, branch, false, &mut seen)?;
        }
        Ok(references)
    }

    /// Refuses when a branch has moved since.
    pub fn still_hold(&self, checkout: &Checkout, patterns: &str) -> Result<()> {
        if branches(checkout, patterns)? != self.branches {
            bail!("origin has other branches than a moment ago: run this again");
        }
        Ok(())
    }

    pub fn digest(&self, digest: &str) -> Option<&Mention> {
        self.digests.get(digest)
    }

    pub fn tag(&self, tag: &str) -> Option<&Mention> {
        self.tags.get(tag)
    }

    pub fn chart(&self, name: &str, version: &Version) -> Option<&Mention> {
        let fits = |(other, versions, _): &&(String, VersionReq, Mention)| other == name && versions.matches(version);
        self.charts.iter().find(fits).map(|(_, _, mention)| mention)
    }

    /// Every digest that Git names, of whatever image.
    pub fn digests(&self) -> impl Iterator<Item = &String> {
        self.digests.keys()
    }

    /// Those that overlays name today: what clusters are about to pull.
    pub fn digests_now(&self) -> impl Iterator<Item = (&String, &Mention)> {
        self.digests.iter().filter(|(_, mention)| mention.now && mention.path.ends_with("/version.yaml"))
    }

    fn add(
        &mut self,
        checkout: &Checkout,
        commits: &[String],
        branch: &str,
        now: bool,
        seen: &mut BTreeSet<String>,
    ) -> Result<()> {
        let mut blobs = BTreeMap::new();
        for commit in commits {
            for (id, path) in checkout.blobs(commit, &PLACES)? {
                if seen.insert(id.clone()) {
                    blobs.insert(id, path);
                }
            }
        }
        let ids: Vec<_> = blobs.keys().map(String::as_str).collect();
        for (path, text) in blobs.values().zip(checkout.texts(&ids)?) {
            self.scan(&text, &Mention { path: path.clone(), branch: branch.to_owned(), now });
        }
        Ok(())
    }

    /// Digests wherever they stand; tags and versions where YAML says that they are some.
    pub fn scan(&mut self, text: &str, mention: &Mention) {
        for digest in digests(text) {
            self.digests.entry(digest.to_owned()).or_insert_with(|| mention.clone());
        }
        if mention.path.ends_with(".yaml") {
            for document in serde_yaml_ng::Deserializer::from_str(text) {
                // A template is no YAML.
                let Ok(document) = Value::deserialize(document) else { return };
                self.scan_value(&document, mention);
            }
        }
    }

    fn scan_value(&mut self, value: &Value, mention: &Mention) {
        if let Some(list) = value.as_sequence() {
            list.iter().for_each(|item| self.scan_value(item, mention));
        }
        let Some(mapping) = value.as_mapping() else { return };
        let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        // Where a digest stands beside it, that is what runs, and the tag may have moved on.
        if let (Some(tag), None) = (text("tag").or(text("newTag")), text("digest")) {
            self.tags.entry(tag.to_owned()).or_insert_with(|| mention.clone());
        }
        // An Application's source; a chart of kustomize, a dependency of a chart, a chart itself.
        for (name, version) in [("chart", "targetRevision"), ("name", "version")] {
            if let (Some(name), Some(version)) = (text(name), text(version)) {
                self.charts.push((name.to_owned(), versions(version), mention.clone()));
            }
        }
        mapping.values().for_each(|value| self.scan_value(value, mention));
    }
}

/// A version, or a range of them; what we cannot read may mean any.
fn versions(text: &str) -> VersionReq {
    let text = text.trim_start_matches('v');
    let exact = if Version::parse(text).is_ok() { format!("={text}") } else { text.to_owned() };
    VersionReq::parse(&exact).unwrap_or(VersionReq::STAR)
}

/// Every `sha256:` with 64 hexadecimal digits.
fn digests(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("sha256:").filter_map(|(begin, prefix)| {
        let digest = text.get(begin..begin + prefix.len() + 64)?;
        digest[prefix.len()..].bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')).then_some(digest)
    })
}

/// Name and tip of each branch that origin has now; all of them must be here.
fn branches(checkout: &Checkout, patterns: &str) -> Result<Vec<(String, String)>> {
    let Ok(heads) = checkout.output(&["ls-remote", "--quiet", "--heads", "origin"]) else {
        bail!("origin does not say which branches it has: look at `git ls-remote origin`");
    };
    let patterns: Vec<_> = patterns.split_whitespace().collect();
    let mut branches = Vec::new();
    for line in heads.lines() {
        let Some((tip, name)) = line.split_once("\trefs/heads/") else { continue };
        if !patterns.is_empty() && !patterns.iter().any(|pattern| fits(name, pattern)) {
            continue;
        }
        if checkout.commit(tip).is_err() {
            bail!("origin's {name} is at {}, which this clone lacks: run `git fetch origin`", &tip[..12]);
        }
        branches.push((name.to_owned(), tip.to_owned()));
    }
    if branches.is_empty() {
        bail!("origin has no branch `{}`: BRANCHES is to name those that clusters follow", patterns.join(" "));
    }
    Ok(branches)
}

/// `release/*` fits what begins so.
fn fits(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end),
        None => name == pattern,
    }
}

/// The commits that changed something since, and what was there before each of them.
fn since(checkout: &Checkout, tip: &str, begin: OffsetDateTime) -> Result<Vec<String>> {
    let log = ["log", "--full-history", "--format=%ct %H %P", tip, "--"];
    let log = checkout.output(&[&log[..], &PLACES].concat())?;
    let mut commits = Vec::new();
    for line in log.lines() {
        // The first commit of all has no parent.
        let mut words = line.split_whitespace();
        // Not `--since`, which stops at the first commit that a slow clock dated too early.
        let seconds = words.next().and_then(|seconds| seconds.parse::<i64>().ok()).unwrap_or(i64::MAX);
        if seconds >= begin.unix_timestamp() {
            commits.extend(words.map(str::to_owned));
        }
    }
    Ok(commits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(path: &str) -> Mention {
        Mention { path: path.to_owned(), branch: "main".to_owned(), now: true }
    }

    fn scanned(path: &str, text: &str) -> References {
        let mut references = References::default();
        references.scan(text, &mention(path));
        references
    }

    #[test]
    fn a_digest_counts_wherever_it_stands() {
        let hex = "0123456789abcdef".repeat(4);
        let text = format!("{{{{ template }}}}\nimage: a@sha256:{hex}\n# sha256:{} sha256:abc\n", "F".repeat(64));
        let references = scanned("k8s/charts/x/templates/a.tpl", &text);
        assert_eq!(references.digests().collect::<Vec<_>>(), [&format!("sha256:{hex}")]);
    }

    #[test]
    fn a_tag_counts_where_no_digest_stands_beside_it() {
        let references = scanned("k8s/overlays/dev/version.yaml", "image:\n  tag: \"0.1.0\"\n  digest: sha256:ab\n");
        assert!(references.tag("0.1.0").is_none());
        let references = scanned("k8s/overlays/dev/version.yaml", "image:\n  tag: \"0.1.0\"\n  digest: \"\"\n");
        assert_eq!(references.tag("0.1.0"), Some(&mention("k8s/overlays/dev/version.yaml")));
        let references = scanned("k8s/overlays/dev/kustomization.yaml", "images:\n- newTag: 0.2.0\n  name: x\n");
        assert!(references.tag("0.2.0").is_some());
    }

    #[test]
    fn charts_are_named_by_applications_kustomizations_and_themselves() {
        let text = "a: 1\n---\nspec:\n  sources:\n    - chart: dogs\n      targetRevision: 1.2.0\n";
        let text = format!(
            "{text}---\nhelmCharts:\n  - name: dogs\n    version: ^2.1\n  - name: cats\n    version: nonsense\n"
        );
        let references = scanned("argocd/a.yaml", &text);
        let named = |name, version| references.chart(name, &Version::parse(version).unwrap()).is_some();
        assert!(named("dogs", "1.2.0") && named("dogs", "2.9.9") && named("cats", "0.0.1"));
        assert!(!named("dogs", "1.2.1") && !named("dogs", "2.0.9") && !named("birds", "1.2.0"));
    }

    #[test]
    fn patterns_of_branches_have_one_star() {
        assert!(fits("release/1", "release/*") && fits("main", "main") && fits("anything", "*"));
        assert!(!fits("release", "release/*") && !fits("main2", "main") && !fits("ab", "ab*b"));
    }
}
