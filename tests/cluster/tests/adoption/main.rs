//! `make adopt`: the whole tree under other names and back, and a search for what it has overlooked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Names that nothing else in the tree is called.
const OTHERS: [(&str, &str); 7] = [
    ("owner", "Zebra-Works"),
    ("repository", "stripes"),
    ("registry", "registry.zebra.test/oci"),
    ("domain", "zebra.test"),
    ("nonproduction-project", "zebra-try-1"),
    ("production-project", "zebra-live-1"),
    ("buckets", "zebra-pile"),
];

/// What Git knows of this work tree, in a repository of its own.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().expect("a directory"));
        let work_tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let list = succeed(
            Command::new("git")
                .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
                .current_dir(&work_tree),
        );
        for path in list.split_terminator('\0') {
            // Deleted, and not yet committed.
            if !work_tree.join(path).is_file() {
                continue;
            }
            let target = copy.0.path().join(path);
            fs::create_dir_all(target.parent().expect("a directory")).expect("a directory");
            fs::copy(work_tree.join(path), target).expect("a copy");
        }
        copy.git(&["init", "--quiet", "--initial-branch", "main"]);
        copy.commit();
        copy
    }

    fn git(&self, arguments: &[&str]) -> String {
        succeed(
            Command::new("git")
                .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
                .args(arguments)
                .current_dir(self.0.path()),
        )
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Adopt"]);
    }

    fn adopt(&self, arguments: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cluster"));
        command.arg("adopt").args(arguments.iter().map(|(name, value)| format!("--{name}={value}")));
        for name in
            ["OWNER", "REPOSITORY", "REGISTRY", "DOMAIN", "NONPRODUCTION_PROJECT", "PRODUCTION_PROJECT", "BUCKETS"]
        {
            command.env_remove(name);
        }
        command.current_dir(self.0.path());
        command
    }

    fn project(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.0.path().join("project.json")).expect("project.json");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Every text by its path.
    fn texts(&self) -> BTreeMap<String, String> {
        let list = self.git(&["ls-files", "-z"]);
        let read = |path: &str| Some((path.to_owned(), fs::read_to_string(self.0.path().join(path)).ok()?));
        list.split_terminator('\0').filter_map(read).collect()
    }
}

fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("a program to run");
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("UTF-8")
}

fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("a program to run");
    assert!(!status.success(), "{command:?} succeeded");
    String::from_utf8(stderr).expect("UTF-8")
}

#[test]
fn other_names_reach_every_place_and_the_way_back_gives_the_same_bytes() {
    let copy = Copy::new();
    let project = copy.project();
    let told = succeed(&mut copy.adopt(&OTHERS));
    for path in ["k8s/overlays/production/values.yaml", "argocd/clusters/production/root.yaml", "project.json"] {
        assert!(told.lines().any(|line| line == path), "{told}");
    }
    copy.commit();
    let leaks: Vec<_> = copy.texts().iter().flat_map(|(path, text)| leaks(path, text, &project)).collect();
    assert!(
        leaks.is_empty(),
        "`make adopt` leaves names of ours; tests/cluster/src/adoption/places.rs is to know the place:\n{}",
        leaks.join("\n")
    );

    assert_eq!(succeed(&mut copy.adopt(&OTHERS)), "Nothing changes: all of this is so already.\n");
    assert_eq!(copy.git(&["status", "--porcelain"]), "");

    let back = ["owner", "repository", "registry", "domain"].map(|name| (name, project[name].as_str()));
    let clouds = [
        ("nonproduction-project", project["nonproductionProject"].as_str()),
        ("production-project", project["productionProject"].as_str()),
        ("buckets", project["buckets"].as_str()),
    ];
    succeed(&mut copy.adopt(&[&back[..], &clouds].concat()));
    copy.commit();
    let first = copy.git(&["rev-list", "--max-parents=0", "HEAD"]);
    // Also whether a file can be executed.
    assert_eq!(copy.git(&["diff", "--stat", "--summary", first.trim_end(), "HEAD"]), "");
}

/// It would follow from names that are written elsewhere, and `make adopt` cannot know it.
#[test]
fn no_snapshot_holds_a_checksum() {
    let is_checksum = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let snapshots: Vec<_> = Copy::new().texts().into_iter().filter(|(path, _)| path.ends_with(".snap")).collect();
    assert!(snapshots.len() > 2);
    for (path, text) in snapshots {
        let found = text.lines().find(|line| line.split(' ').any(is_checksum));
        assert_eq!(found, None, "{path}");
    }
}

#[test]
fn one_name_alone_changes_nothing_else() {
    let copy = Copy::new();
    let before = copy.project();
    let told = succeed(&mut copy.adopt(&[("domain", "zebra.test")]));
    assert!(told.contains("k8s/overlays/dev/values.yaml\n") && !told.contains("argocd/projects/apps.yaml"), "{told}");
    assert_eq!(copy.project()["domain"], "zebra.test");
    assert_eq!(copy.project()["owner"], before["owner"]);
}

#[test]
fn what_cannot_be_a_name_is_refused_and_nothing_is_written() {
    let copy = Copy::new();
    let nonproduction = copy.project()["nonproductionProject"].clone();
    for (name, value, sentence) in [
        ("owner", "me/dogs", "OWNER is `me/dogs`, which no account on GitHub can be called"),
        ("repository", "https://github.com/me/dogs", "REPOSITORY is `https://github.com/me/dogs`"),
        ("registry", "ghcr.io", "REGISTRY is `ghcr.io`: say host and path in lower case"),
        ("domain", "https://dogs.test", "DOMAIN is `https://dogs.test`: say a name with a dot"),
        ("domain", "localhost", "DOMAIN is `localhost`: say a name with a dot"),
        ("production-project", "Dogs", "PRODUCTION_PROJECT is `Dogs`: a project of Google Cloud has 6 to 30"),
        ("production-project", nonproduction.as_str(), "both projects are `"),
        ("buckets", "my buckets", "BUCKETS is `my buckets`: names of buckets begin with"),
        ("registry", "ghcr.io/prometheus-community", "stands in argocd/"),
    ] {
        let said = refusal(&mut copy.adopt(&[(name, value)]));
        assert!(said.starts_with("error: ") && said.contains(sentence), "{value}: {said}");
    }
    fs::write(copy.0.path().join("README.md"), "mine").expect("a file");
    let said = refusal(&mut copy.adopt(&OTHERS));
    assert!(said.contains("commit or stash first, so that everything can be taken back: README.md"), "{said}");
    copy.git(&["checkout", "--quiet", "."]);
    assert_eq!(copy.git(&["status", "--porcelain"]), "");
}

/// With a value an example would be a name that stands there already, which is refused.
#[test]
fn the_readme_names_every_variable_without_a_value() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).expect("README.md");
    for (name, _) in OTHERS {
        let variable = name.replace('-', "_").to_ascii_uppercase();
        assert!(readme.contains(&format!("{variable}=…")), "README.md does not say {variable}=…");
        assert_eq!(readme.matches(&format!("{variable}=")).count(), readme.matches(&format!("{variable}=…")).count());
    }
}

#[test]
fn a_name_where_nobody_knows_of_it_is_found() {
    let copy = Copy::new();
    let project = copy.project();
    let name = |key: &str| project[key].clone();
    let (owner, production) = (name("owner"), name("productionProject"));
    for line in [
        format!("  image: {}/tool:1", name("registry")),
        format!("  host: www.{}", name("domain")),
        format!("  repoURL: git@github.com:{owner}/{}", name("repository")),
        format!("  account: dog@{production}.iam.gserviceaccount.com"),
        format!("  project: {production}"),
        format!("  bucket = \"{}-logs\"", name("buckets")),
        format!("gcloud storage ls gs://{}-logs", name("buckets")),
        format!("  member: serviceAccount:{production}.svc.id.goog[dogs/dog]"),
        format!("      allowed_organizations: {owner}"),
        format!("        contains(groups[*], '@{owner}/platform') && 'Admin'"),
    ] {
        assert_eq!(leaks("k8s/x.yaml", &line, &project).len(), 1, "{line}");
    }
    let block = format!("bucketNames:\n  chunks: {}-x\nother: {0}-y\n", name("buckets"));
    assert_eq!(leaks("k8s/x.yaml", &block, &project).len(), 1);
    for line in ["  project: apps", "  namespace: dog-gif-app-production", "  name: dog-gif-app"] {
        assert!(leaks("k8s/x.yaml", line, &project).is_empty(), "{line}");
    }
}

/// Lines with one of our names in a place where only the owner's can stand; more than adoption itself looks for.
fn leaks(path: &str, text: &str, project: &BTreeMap<String, String>) -> Vec<String> {
    // It tells what the names were.
    if path.starts_with("tests/cluster/tests/adoption/") || path.starts_with("tests/cluster/src/adoption/") {
        return Vec::new();
    }
    let (owner, buckets) = (&project["owner"], &project["buckets"]);
    let anywhere = [
        project["domain"].clone(),
        project["registry"].clone(),
        format!("github.com/{owner}/"),
        format!("github.com:{owner}/"),
        format!("repo:{owner}/"),
        format!("g, {owner}:"),
        format!("'@{owner}/"),
        format!("organizations: {owner}"),
        format!("gs://{buckets}-"),
        format!("{}.svc.id.goog", project["nonproductionProject"]),
        format!("{}.svc.id.goog", project["productionProject"]),
    ];
    let projects = [&project["nonproductionProject"], &project["productionProject"]];
    // Keys below `bucketNames:` or the like, as far as they are indented deeper.
    let block = std::cell::Cell::new(None);
    let below_buckets = |line: &str| {
        let indentation = line.len() - line.trim_start().len();
        let below = block.get().is_some_and(|begin| indentation > begin);
        if !below {
            let opens = line.to_ascii_lowercase().contains("bucket") && line.trim_end().ends_with(':');
            block.set(opens.then_some(indentation));
        }
        below
    };
    let leaks = |line: &&str| {
        let in_block = below_buckets(line);
        let lower = line.to_ascii_lowercase();
        let is_project = |project: &&String| {
            line.match_indices(project.as_str()).any(|(at, _)| {
                let before = lower[..at].trim_end_matches([' ', '"', '\'', '=', ':', '/']);
                let before = before.trim_end_matches("value").trim_end_matches([' ', ',']);
                ["project", "projects", "projectid", "project_id", "@"].iter().any(|word| before.ends_with(word))
            })
        };
        let begins_as_ours =
            |value: &str| value.trim_start_matches([' ', ':', '=', '"', '[', '{']).starts_with(&format!("{buckets}-"));
        let named = lower
            .split_once("bucket")
            .is_some_and(|(_, rest)| begins_as_ours(rest.trim_start_matches(char::is_alphabetic)));
        let is_bucket = named || in_block && lower.split_once(": ").is_some_and(|(_, value)| begins_as_ours(value));
        anywhere.iter().any(|name| line.contains(name.as_str())) || projects.iter().any(is_project) || is_bucket
    };
    text.lines().filter(leaks).map(|line| format!("{path}: {}", line.trim())).collect()
}
