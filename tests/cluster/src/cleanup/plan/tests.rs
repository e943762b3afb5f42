//! The keep sets and their reasons, and that no order of deletion harms what stays, wherever it breaks off.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;
use crate::cleanup::contents::{Manifest, time};

const NOW: &str = "2026-11-29T12:00:00Z";

/// A repository, written down in a few words.
#[derive(Default)]
struct Repository(Contents);

impl Repository {
    fn manifest(mut self, digest: &str, days: i64, tags: &[&str], needs: &[&str]) -> Self {
        let manifest = Manifest {
            children: needs.iter().map(|&child| child.to_owned()).collect(),
            blobs: BTreeMap::from([(digest.to_owned(), 10), ("the layer that all share".to_owned(), 1000)]),
            pushed: Some(time(NOW).unwrap() - Duration::days(days)),
            ..Manifest::default()
        };
        self.0.manifests.insert(digest.to_owned(), manifest);
        self.0.tags.extend(tags.iter().map(|&tag| (tag.to_owned(), digest.to_owned())));
        self
    }

    fn about(mut self, digest: &str, subject: &str, days: i64) -> Self {
        self = self.manifest(digest, days, &[], &[]);
        self.of(digest).subject = Some(subject.to_owned());
        self
    }

    fn of(&mut self, digest: &str) -> &mut Manifest {
        self.0.manifests.get_mut(digest).unwrap()
    }

    fn ageless(mut self, digest: &str) -> Self {
        self.of(digest).pushed = None;
        self
    }

    fn chart(mut self, name: &str, version: &str, days: i64) -> Self {
        let digest = format!("{name} {version}");
        self = self.manifest(&digest, days, &[&digest], &[]);
        self.of(&digest).chart = Some((name.to_owned(), Version::parse(version).unwrap()));
        self
    }

    fn plan(&self, newest: usize, order: Order) -> Plan {
        self.plan_with(&References::default(), newest, order)
    }

    fn plan_with(&self, references: &References, newest: usize, order: Order) -> Plan {
        let rules = Rules { newest, younger_than: Duration::days(7), order };
        plan(&self.0, references, &rules, time(NOW).unwrap())
    }
}

fn verdict<'plan>(plan: &'plan Plan, name: &str) -> &'plan Verdict {
    &plan.rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no row {name}")).verdict
}

fn gone(plan: &Plan) -> Vec<&str> {
    let steps = plan.units.iter().flat_map(|unit| &unit.steps);
    steps.filter_map(|step| if let Step::Manifest(digest) = step { Some(digest.as_str()) } else { None }).collect()
}

fn naming(digest: &str) -> References {
    let mut references = References::default();
    let path = "k8s/overlays/production/version.yaml".to_owned();
    references.scan(digest, &Mention { path, branch: "main".to_owned(), now: true });
    references
}

#[test]
fn the_newest_the_young_and_the_named_stay_each_for_its_reason() {
    let named = format!("sha256:{}", "a".repeat(64));
    let repository = Repository::default()
        .manifest(&named, 200, &["1"], &[])
        .manifest("b", 150, &["2"], &[])
        .manifest("c", 30, &["3"], &[])
        .manifest("d", 20, &["4", "four"], &[])
        .manifest("e", 3, &["5"], &[]);
    let plan = repository.plan_with(&naming(&named), 2, Order::Time);
    assert!(matches!(verdict(&plan, "1"), Verdict::Keep(Reason::Named(_))));
    assert_eq!(verdict(&plan, "2"), &Verdict::Delete { newer: 2 });
    assert_eq!(verdict(&plan, "3"), &Verdict::Delete { newer: 2 });
    assert_eq!(verdict(&plan, "4, four"), &Verdict::Keep(Reason::Newest(2)));
    assert_eq!(verdict(&plan, "5"), &Verdict::Keep(Reason::Young(Duration::days(3))));
    let names: Vec<_> = plan.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["5", "4, four", "3", "2", "1"]);
    // The oldest first; the layer stays for the others.
    assert_eq!((gone(&plan), plan.freed_bytes), (vec!["b", "c"], 20));
}

#[test]
fn what_stays_keeps_its_platforms_its_signatures_and_theirs() {
    let repository = Repository::default()
        .manifest("index", 100, &["1"], &["amd64", "arm64"])
        .manifest("amd64", 100, &[], &[])
        .manifest("arm64", 100, &[], &[])
        .about("signature", "index", 100)
        .about("sbom", "arm64", 100)
        .about("attestation", "signature", 100)
        .manifest("loose", 100, &[], &[])
        .about("signature of what is gone", "nothing", 100);
    let plan = repository.plan(1, Order::Time);
    assert_eq!(gone(&plan), ["loose", "signature of what is gone"]);
    assert_eq!(plan.rows[0].parts, 5);
    assert_eq!(verdict(&plan, "loose"), &Verdict::DeleteLoose);
}

#[test]
fn what_a_young_signature_is_about_stays() {
    let repository = Repository::default()
        .manifest("new", 10, &["2"], &[])
        .manifest("old", 100, &["1"], &["platform"])
        .manifest("platform", 100, &[], &[])
        .about("signature", "old", 1);
    let plan = repository.plan(1, Order::Time);
    assert_eq!(verdict(&plan, "1"), &Verdict::Keep(Reason::NeededBy("signature".to_owned())));
    assert!(plan.units.is_empty());
}

#[test]
fn nobody_knows_how_old_it_is_so_it_stays_and_counts_as_none_of_the_newest() {
    let repository = Repository::default()
        .manifest("a", 0, &["1"], &[])
        .ageless("a")
        .manifest("b", 20, &["2"], &[])
        .manifest("c", 30, &["3"], &["part"])
        .manifest("part", 0, &[], &[])
        .ageless("part");
    let plan = repository.plan(1, Order::Time);
    assert_eq!(verdict(&plan, "1"), &Verdict::Keep(Reason::AgeUnknown));
    assert_eq!(verdict(&plan, "2"), &Verdict::Keep(Reason::Newest(1)));
    // Its age is the whole's.
    assert_eq!(gone(&plan), ["c", "part"]);
}

#[test]
fn charts_are_ordered_by_their_number_each_name_for_itself() {
    let mut repository = Repository::default().manifest("x", 50, &["latest"], &[]);
    for (version, days) in [("1.9.0", 50), ("1.10.0-rc.1", 45), ("1.10.0", 40), ("1.9.1", 10), ("1.10.0-rc.2", 44)] {
        repository = repository.chart("dogs", version, days);
    }
    let repository = repository.chart("cats", "0.1.0", 300).chart("cats", "0.0.9", 10);
    let plan = repository.plan(2, Order::Semantic);
    let kept: Vec<_> =
        plan.rows.iter().filter(|row| matches!(row.verdict, Verdict::Keep(_))).map(|row| &row.name).collect();
    assert_eq!(kept, ["dogs 1.10.0", "dogs 1.10.0-rc.2", "cats 0.1.0", "cats 0.0.9", "latest"]);
    assert_eq!(verdict(&plan, "latest"), &Verdict::Keep(Reason::NoVersion));
    assert_eq!(gone(&plan), ["dogs 1.9.0", "dogs 1.9.1", "dogs 1.10.0-rc.1"]);
}

#[test]
fn signatures_go_before_tags_tags_before_what_they_name_and_that_before_its_parts() {
    let hex = "c".repeat(64);
    let (index, list) = (format!("sha256:{hex}"), format!("sha256-{hex}"));
    let mut repository = Repository::default()
        .manifest("new", 10, &["2"], &[])
        .manifest(&index, 100, &["1", "one"], &["platform"])
        .manifest("platform", 100, &[], &[])
        .about("signature", &index, 100)
        .manifest("list", 100, &[&list], &["signature"]);
    repository.of("list").subject = Some(index.clone());
    let plan = repository.plan(1, Order::Time);
    let [unit] = &plan.units[..] else { panic!("{:?}", plan.units) };
    let (tag, manifest) = (|name: &str| Step::Tag(name.to_owned()), |name: &str| Step::Manifest(name.to_owned()));
    let expected = [
        tag(&list),
        manifest("list"),
        manifest("signature"),
        tag("1"),
        tag("one"),
        manifest(&index),
        manifest("platform"),
    ];
    assert_eq!(unit.steps, expected);
}

#[test]
fn what_git_names_and_the_registry_lacks_is_told() {
    let digest = format!("sha256:{}", "d".repeat(64));
    let plan = Repository::default().plan_with(&naming(&digest), 1, Order::Time);
    assert_eq!(plan.absent.len(), 1);
    assert_eq!(plan.absent[0].0, digest);
}

/// Sentences about what is wrong: somebody kept lacks a part, or an index names what is gone.
fn harm(contents: &Contents, plan: &Plan, gone: &BTreeSet<&str>) -> Vec<String> {
    let mut harm = Vec::new();
    for row in plan.rows.iter().filter(|row| matches!(row.verdict, Verdict::Keep(_))) {
        let tags: Vec<_> = row.name.split(", ").collect();
        let root = contents.tags.get(tags[0]).map_or(row.name.as_str(), String::as_str);
        let mut next = vec![root];
        let mut seen = BTreeSet::new();
        while let Some(digest) = next.pop() {
            let Some(manifest) = contents.manifests.get(digest) else { continue };
            if seen.insert(digest) {
                if gone.contains(digest) {
                    harm.push(format!("{} lacks {digest}", row.name));
                }
                next.extend(manifest.children.iter().map(String::as_str));
                let referrers = contents.manifests.iter().filter(|(_, other)| other.subject.as_deref() == Some(digest));
                next.extend(referrers.map(|(digest, _)| digest.as_str()));
            }
        }
    }
    for (digest, manifest) in contents.manifests.iter().filter(|(digest, _)| !gone.contains(digest.as_str())) {
        let lost = manifest.children.iter().filter(|child| gone.contains(child.as_str()));
        harm.extend(lost.map(|child| format!("{digest} names {child}, which is gone")));
    }
    harm
}

/// Indexes of images and of indexes, signatures of all of them, shared parts, ages and tags by chance.
fn by_chance(chance: &mut StdRng) -> Contents {
    let mut repository = Repository::default();
    let count = chance.random_range(1..40);
    for number in 0..count {
        let digest = format!("m{number:02}");
        let earlier = |chance: &mut StdRng| format!("m{:02}", chance.random_range(0..number.max(1)));
        let tags: Vec<_> = (0..chance.random_range(0..3)).map(|tag| format!("t{number}-{tag}")).collect();
        let needs: Vec<_> = match chance.random_range(0..3) {
            0 if number > 0 => (0..chance.random_range(0..4)).map(|_| earlier(chance)).collect(),
            _ => Vec::new(),
        };
        let tags: Vec<_> = tags.iter().map(String::as_str).collect();
        let needs: Vec<_> = needs.iter().map(String::as_str).collect();
        repository = repository.manifest(&digest, chance.random_range(0..60), &tags, &needs);
        if number > 0 && chance.random_range(0..3) == 0 {
            let subject = earlier(chance);
            repository.of(&digest).subject = Some(subject);
        }
    }
    repository.0
}

#[test]
fn wherever_it_breaks_off_what_stays_is_whole() {
    for seed in 0..500 {
        let contents = by_chance(&mut StdRng::seed_from_u64(seed));
        let plan = Repository(contents.clone()).plan(3, Order::Time);
        let mut done = BTreeSet::new();
        for step in plan.units.iter().flat_map(|unit| &unit.steps) {
            if let Step::Manifest(digest) = step {
                assert!(done.insert(digest.as_str()), "seed {seed}: {digest} twice");
            }
            let harm = harm(&contents, &plan, &done);
            assert!(harm.is_empty(), "seed {seed}: {harm:?}");
        }
        // And nothing is forgotten: what is planned again after all of it is nothing.
        let mut rest = contents.clone();
        rest.manifests.retain(|digest, _| !done.contains(digest.as_str()));
        rest.tags.retain(|_, digest| !done.contains(digest.as_str()));
        let again = Repository(rest).plan(3, Order::Time);
        assert!(again.units.is_empty(), "seed {seed}: {:?}", again.units);
    }
}

/// The two ideas that break registries, seen to be caught by the test above.
#[test]
fn to_delete_what_has_no_tag_or_to_forget_who_needs_it_is_seen_to_do_harm() {
    let mut caught = [0, 0];
    for seed in 0..100 {
        let contents = by_chance(&mut StdRng::seed_from_u64(seed));
        let plan = Repository(contents.clone()).plan(3, Order::Time);
        let tagged: BTreeSet<_> = contents.tags.values().map(String::as_str).collect();
        let all = || contents.manifests.keys().map(String::as_str);
        let untagged: BTreeSet<_> = all().filter(|digest| !tagged.contains(digest)).collect();
        let young = |digest: &str| {
            contents.pushed(digest).is_some_and(|pushed| pushed > time(NOW).unwrap() - Duration::days(7))
        };
        let roots: BTreeSet<_> = plan
            .rows
            .iter()
            .filter(|row| matches!(row.verdict, Verdict::Keep(_)))
            .filter_map(|row| contents.tags.get(row.name.split(", ").next()?))
            .map(String::as_str)
            .collect();
        let forgetful: BTreeSet<_> = all().filter(|digest| !roots.contains(digest) && !young(digest)).collect();
        for (count, gone) in caught.iter_mut().zip([untagged, forgetful]) {
            *count += usize::from(!harm(&contents, &plan, &gone).is_empty());
        }
    }
    assert!(caught.iter().all(|count| *count > 50), "{caught:?}");
}
