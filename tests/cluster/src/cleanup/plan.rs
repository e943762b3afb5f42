//! What goes and what stays, and why. Pure: it looks at what a repository holds, at what Git names and at a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use semver::Version;
use time::{Duration, OffsetDateTime};

use super::contents::{Contents, Digest};
use super::references::{Mention, References};

/// How much is kept beside what Git names.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// So many versions, the newest.
    pub newest: usize,
    /// Everything younger.
    pub younger_than: Duration,
    pub order: Order,
}

/// What makes a version newer than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It came later.
    Time,
    /// Its number is greater, whenever it came: 0.9.1 after 1.0.0 is a fix of the old. Among those of a chart's name.
    Semantic,
}

#[derive(Debug)]
pub struct Plan {
    /// A row for each version, the newest first, and for whatever belongs to none.
    pub rows: Vec<Row>,
    /// In the order in which they are to go.
    pub units: Vec<Unit>,
    /// What nothing that stays shares.
    pub freed_bytes: u64,
    /// What Git names and the registry lacks.
    pub absent: Vec<(Digest, Mention)>,
}

#[derive(Debug, PartialEq)]
pub struct Row {
    pub name: String,
    /// Its platforms, signatures and so on.
    pub parts: usize,
    pub age: Option<Duration>,
    pub bytes: u64,
    pub verdict: Verdict,
}

#[derive(Debug, PartialEq)]
pub enum Verdict {
    Keep(Reason),
    /// In spite of so many newer ones that stay.
    Delete {
        newer: usize,
    },
    /// No version, nor part of one.
    DeleteLoose,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    Named(Mention),
    Newest(usize),
    Young(Duration),
    AgeUnknown,
    /// Its tags have no place in an order of versions.
    NoVersion,
    NeededBy(String),
    About(String),
}

/// One version with all that is its own: what goes together.
#[derive(Debug, PartialEq)]
pub struct Unit {
    pub name: String,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Tag(String),
    Manifest(Digest),
}

pub fn plan(contents: &Contents, references: &References, rules: &Rules, now: OffsetDateTime) -> Plan {
    Planner::new(contents, references, rules, now).plan()
}

struct Planner<'a> {
    contents: &'a Contents,
    references: &'a References,
    rules: &'a Rules,
    now: OffsetDateTime,
    versions: BTreeMap<&'a Digest, Vec<&'a str>>,
    referrers: BTreeMap<&'a Digest, Vec<&'a Digest>>,
    /// What has tags, or belongs to nothing that is there.
    roots: Vec<&'a Digest>,
    kept: BTreeMap<&'a Digest, Reason>,
}

impl<'a> Planner<'a> {
    fn new(contents: &'a Contents, references: &'a References, rules: &'a Rules, now: OffsetDateTime) -> Self {
        let mut planner = Self {
            contents,
            references,
            rules,
            now,
            versions: contents.versions(),
            referrers: contents.referrers(),
            roots: Vec::new(),
            kept: BTreeMap::new(),
        };
        planner.roots = planner.roots();
        planner
    }

    fn plan(mut self) -> Plan {
        self.keep_by_themselves();
        self.keep_what_those_need();
        Plan { rows: self.rows(), units: self.units(), freed_bytes: self.freed_bytes(), absent: self.absent() }
    }

    /// The newest first.
    fn roots(&self) -> Vec<&'a Digest> {
        let manifests = &self.contents.manifests;
        let named: BTreeSet<_> = manifests.values().flat_map(|manifest| &manifest.children).collect();
        let belongs = |digest: &Digest| {
            let about = manifests[digest].subject.as_ref().is_some_and(|subject| manifests.contains_key(subject));
            named.contains(digest) || about
        };
        let (mut roots, others): (Vec<_>, Vec<_>) =
            manifests.keys().partition(|digest| self.versions.contains_key(digest) || !belongs(digest));
        // An index may name what it is about, so that each belongs to the other and both to nobody.
        let mut reached: BTreeSet<_> = roots.iter().flat_map(|root| self.parts(root)).collect();
        for digest in others {
            if !reached.contains(digest) {
                reached.extend(self.parts(digest));
                roots.push(digest);
            }
        }
        // Tags make the order one, where two came in the same second.
        roots.sort_by_cached_key(|digest| (self.newness(digest), self.versions.get(digest).cloned()));
        roots.reverse();
        roots
    }

    /// What is greater is newer; what has no tag is last.
    fn newness(&self, digest: &Digest) -> (bool, Option<(String, Version)>, Option<OffsetDateTime>) {
        let version = match self.rules.order {
            Order::Time => None,
            Order::Semantic => self.semantic(digest),
        };
        (self.versions.contains_key(digest), version, self.contents.pushed(digest))
    }

    /// Name and number of a chart.
    fn semantic(&self, digest: &Digest) -> Option<(String, Version)> {
        if let Some(chart) = &self.contents.manifests[digest].chart {
            return Some(chart.clone());
        }
        // A tag cannot hold a plus: Helm writes `_`.
        let parse = |tag: &&str| Version::parse(&tag.trim_start_matches('v').replace('_', "+")).ok();
        let version = self.versions.get(digest)?.iter().filter_map(parse).max()?;
        Some((String::new(), version))
    }

    fn keep_by_themselves(&mut self) {
        for digest in self.contents.manifests.keys() {
            let age = self.contents.manifests[digest].pushed.map(|pushed| self.now - pushed);
            let reason = match self.mention(digest) {
                Some(mention) => Some(Reason::Named(mention)),
                None => age.filter(|age| *age < self.rules.younger_than).map(Reason::Young),
            };
            if let Some(reason) = reason {
                self.kept.insert(digest, reason);
            }
        }
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for digest in self.roots.clone() {
            let age = self.age(digest);
            let reason = match self.series(digest) {
                _ if !self.versions.contains_key(digest) => None,
                None => Some(Reason::NoVersion),
                // It has no place among those that came earlier or later.
                Some(_) if age.is_none() && self.rules.order == Order::Time => None,
                Some(series) => {
                    let place = counted.entry(series).or_default();
                    *place += 1;
                    (*place <= self.rules.newest).then_some(Reason::Newest(*place))
                }
            };
            if let Some(reason) = reason.or_else(|| age.is_none().then_some(Reason::AgeUnknown)) {
                self.kept.entry(digest).or_insert(reason);
            }
        }
    }

    /// Versions of one name are compared with each other.
    fn series(&self, digest: &Digest) -> Option<String> {
        match self.rules.order {
            Order::Time => Some(String::new()),
            Order::Semantic => self.semantic(digest).map(|(name, _)| name),
        }
    }

    fn keep_what_those_need(&mut self) {
        let manifests = &self.contents.manifests;
        let mut next: Vec<_> = self.kept.keys().copied().collect();
        while let Some(digest) = next.pop() {
            let manifest = &manifests[digest];
            let needed = manifest.children.iter().chain(&manifest.subject);
            let needed =
                needed.filter_map(|digest| Some((manifests.get_key_value(digest)?.0, Reason::NeededBy as fn(_) -> _)));
            let about =
                self.referrers.get(digest).into_iter().flatten().map(|digest| (*digest, Reason::About as fn(_) -> _));
            for (other, reason) in needed.chain(about).collect::<Vec<_>>() {
                if !self.kept.contains_key(other) {
                    let name = self.name(digest);
                    self.kept.insert(other, reason(name));
                    next.push(other);
                }
            }
        }
    }

    fn mention(&self, digest: &Digest) -> Option<Mention> {
        let tags = || self.versions.get(digest).into_iter().flatten();
        let by_tag = || tags().find_map(|tag| self.references.tag(tag));
        let by_chart = || match &self.contents.manifests[digest].chart {
            Some((name, version)) => self.references.chart(name, version),
            None => None,
        };
        self.references.digest(digest).or_else(by_tag).or_else(by_chart).cloned()
    }

    fn age(&self, digest: &Digest) -> Option<Duration> {
        self.contents.pushed(digest).map(|pushed| self.now - pushed)
    }

    /// Its tags, or as much of the digest as docker shows.
    fn name(&self, digest: &Digest) -> String {
        match self.versions.get(digest) {
            Some(tags) => tags.join(", "),
            None => short(digest),
        }
    }

    fn rows(&self) -> Vec<Row> {
        let mut stay: BTreeMap<_, usize> = BTreeMap::new();
        let mut rows = Vec::new();
        for root in &self.roots {
            let parts = self.parts(root);
            let blobs: BTreeMap<_, _> = parts.iter().flat_map(|part| &self.contents.manifests[*part].blobs).collect();
            let verdict = match self.kept.get(root) {
                Some(reason) => {
                    *stay.entry(self.series(root)).or_default() += 1;
                    Verdict::Keep(reason.clone())
                }
                None if self.versions.contains_key(root) => {
                    Verdict::Delete { newer: stay.get(&self.series(root)).copied().unwrap_or_default() }
                }
                None => Verdict::DeleteLoose,
            };
            rows.push(Row {
                name: self.name(root),
                parts: parts.len() - 1,
                age: self.age(root),
                bytes: blobs.values().copied().sum(),
                verdict,
            });
        }
        rows
    }

    /// A version with everything that it needs, and that is about any of it.
    fn parts(&self, root: &'a Digest) -> BTreeSet<&'a Digest> {
        let mut parts = BTreeSet::new();
        let mut next = vec![root];
        while let Some(digest) = next.pop() {
            if let Some((digest, manifest)) = self.contents.manifests.get_key_value(digest)
                && parts.insert(digest)
            {
                next.extend(&manifest.children);
                next.extend(self.referrers.get(digest).into_iter().flatten());
            }
        }
        parts
    }

    /// # Design
    /// Version by version, so that a run which breaks off has touched one that is half gone at most. What several share
    /// goes with the last of them: no index ever names what is not there. What is about something goes before it, as
    /// nothing else leads there where the registry lists no manifests; and tags before what they name, as Artifact
    /// Registry wants it.
    fn units(&self) -> Vec<Unit> {
        let mut taken: BTreeSet<&Digest> = self.kept.keys().copied().collect();
        let take = |root: &&'a Digest| {
            let members: Vec<_> = self.parts(root).into_iter().filter(|part| taken.insert(part)).collect();
            let steps = self.in_order(members).into_iter().flat_map(|digest| self.steps(digest)).collect();
            Unit { name: self.name(root), steps }
        };
        // The newest first, each with what no newer one has taken; then the other way round.
        let mut units: Vec<_> = self.roots.iter().map(take).filter(|unit| !unit.steps.is_empty()).collect();
        units.reverse();
        units
    }

    /// What names others before them, always; what is about something before it, unless that names it.
    fn in_order(&self, mut members: Vec<&'a Digest>) -> Vec<&'a Digest> {
        let manifests = &self.contents.manifests;
        let mut ordered = Vec::new();
        while !members.is_empty() {
            let named = |digest: &&Digest| members.iter().any(|other| manifests[*other].children.contains(digest));
            let spoken_of =
                |digest: &&Digest| members.iter().any(|other| manifests[*other].subject.as_ref() == Some(digest));
            let free = |digest: &&&'a Digest| !named(digest);
            let next = members.iter().filter(free).find(|digest| !spoken_of(digest));
            // A digest cannot be in a circle; whoever says so gets any order.
            let next = *next.or_else(|| members.iter().find(free)).unwrap_or(&members[0]);
            members.retain(|member| *member != next);
            ordered.push(next);
        }
        ordered
    }

    fn steps(&self, digest: &'a Digest) -> impl Iterator<Item = Step> + '_ {
        let tags = self.contents.tags.iter().filter(move |(_, named)| *named == digest);
        tags.map(|(tag, _)| Step::Tag(tag.clone())).chain([Step::Manifest(digest.clone())])
    }

    fn freed_bytes(&self) -> u64 {
        let (kept, gone): (Vec<_>, Vec<_>) =
            self.contents.manifests.iter().partition(|(digest, _)| self.kept.contains_key(digest));
        let kept: BTreeSet<_> = kept.iter().flat_map(|(_, manifest)| manifest.blobs.keys()).collect();
        let gone: BTreeMap<_, _> = gone.iter().flat_map(|(_, manifest)| &manifest.blobs).collect();
        gone.iter().filter(|(blob, _)| !kept.contains(*blob)).map(|(_, bytes)| *bytes).sum()
    }

    fn absent(&self) -> Vec<(Digest, Mention)> {
        let now = self.references.digests_now();
        let absent = now.filter(|(digest, _)| !self.contents.manifests.contains_key(*digest));
        absent.map(|(digest, mention)| (digest.clone(), mention.clone())).collect()
    }
}

/// `sha256:` and twelve digits.
pub fn short(digest: &str) -> String {
    match digest.strip_prefix("sha256:") {
        Some(hex) if hex.len() > 12 => format!("sha256:{}…", &hex[..12]),
        _ => digest.to_owned(),
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(mention) => write!(formatter, "{mention}"),
            Self::Newest(1) => formatter.write_str("the newest"),
            Self::Newest(place) => write!(formatter, "number {place} of the newest"),
            Self::Young(_) => formatter.write_str("young"),
            Self::AgeUnknown => formatter.write_str("nothing says how old it is"),
            Self::NoVersion => formatter.write_str("its tag is no version"),
            Self::NeededBy(name) => write!(formatter, "{name} needs it"),
            Self::About(name) => write!(formatter, "it is about {name}"),
        }
    }
}

#[cfg(test)]
mod tests;
