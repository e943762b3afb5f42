//! The workflow files themselves: act runs their jobs on this machine, in a copy of the checkout. Actions of others are
//! replaced by those in `actions/`, and Nix, cosign and sudo by scripts that note what they are asked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cluster::tools::Tools;
use serde_json::{Value, json};

use super::publish::layout;
use super::scripts::{Checkout, GitHub, PROGRAM, REPOSITORY, TOKEN};
use crate::commands::{clean, succeed};
use crate::registry::{Registry, children};

const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A machine for workflows: programs on its PATH, and a folder for artifacts.
struct Runner {
    checkout: Checkout,
    github: GitHub,
}

impl Runner {
    fn new() -> Self {
        let runner = Self { checkout: Checkout::new(), github: GitHub::start() };
        fs::create_dir_all(runner.artifacts()).expect("a directory");
        runner.program("cosign", "echo \"$@\" >>\"$ARTIFACTS/cosign\"");
        runner.cluster("true");
        runner
    }

    fn artifacts(&self) -> PathBuf {
        self.checkout.home().join("artifacts")
    }

    fn program(&self, name: &str, commands: &str) {
        let path = self.checkout.home().join("bin").join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(&path, format!("#!/bin/sh\n{commands}\n")).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    /// What `sudo` runs: it notes its leg and the digest of the image that it is given, and ends as told.
    fn cluster(&self, outcome: &str) {
        let digest = r#"jq --raw-output '.manifests[0].digest' "$DOG_GIF_APP_IMAGE/layout/index.json""#;
        self.program(
            "sudo",
            &format!("shift $(($# - 2))\necho \"$* $({digest})\" >>\"$ARTIFACTS/cluster\"\n{outcome}"),
        );
    }

    /// Nix, which has built an image for each platform; on the second machine perhaps another one.
    fn nix(&self, second: &str) {
        let built = self.checkout.home().join("built");
        for architecture in ["amd64", "arm64", "other"] {
            let digest = layout(&built.join(architecture), architecture);
            fs::write(built.join(architecture).join("digest"), digest).expect("a digest");
        }
        fs::write(built.join("sbom.json"), "{}").expect("an SBOM");
        self.program(
            "nix",
            &format!(
                "case $* in\n*image-oci) [ -e built ] && echo {0}/{second} || echo {0}/$ARCHITECTURE ;;\n*sbom) echo {0}/sbom.json ;;\n\
                 *smoke) echo smoke >>\"$ARTIFACTS/smoke\" ;;\nesac",
                built.display()
            ),
        );
    }

    /// Runs a workflow; what it printed, and whether every job succeeded.
    fn act(&self, event: &str, workflow: &str, payload: &Value) -> (String, bool) {
        let tools = Tools::ready(&["act", "registry-client"]).expect("act");
        let root = self.checkout.root();
        let payload_file = self.checkout.home().join("event.json");
        fs::write(&payload_file, payload.to_string()).expect("an event");
        let mut act = clean(tools.binary("act").expect("act").to_str().expect("a path"), &root);
        act.args([event, "--workflows", workflow, "--eventpath"]).arg(payload_file);
        act.args(["--no-cache-server", "--secret", &format!("GITHUB_TOKEN={TOKEN}")]);
        for runner in ["ubuntu-24.04", "ubuntu-24.04-arm"] {
            act.args(["--platform", &format!("{runner}=-self-hosted")]);
        }
        for (action, stand_in) in stand_ins(&root.join(workflow)) {
            act.args(["--local-repository", &format!("{action}={}", stand_in.display())]);
        }
        let client = tools.binary("registry-client").expect("the client").display().to_string();
        let programs = self.checkout.home().join("bin");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").expect("PATH"));
        for (name, value) in [
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_API_URL", &format!("http://{}", self.github.front.host)),
            // What make and the scripts would compile first.
            ("MAKEFLAGS", &format!("DELIVERY={PROGRAM}")),
            ("DELIVERY", PROGRAM),
            ("REGISTRY_CLIENT", &client),
            ("ARTIFACTS", &self.artifacts().display().to_string()),
            ("PATH", &path),
        ] {
            act.args(["--env", &format!("{name}={value}")]);
        }
        // As on GitHub: nobody has said who commits, and Git is not to guess it from this machine.
        for role in ["AUTHOR", "COMMITTER"] {
            act.env_remove(format!("GIT_{role}_NAME")).env_remove(format!("GIT_{role}_EMAIL"));
        }
        act.env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "user.useConfigOnly")
            .env("GIT_CONFIG_VALUE_0", "true");
        let cache = Path::new(&std::env::var("HOME").expect("HOME")).join(".cache");
        act.env("XDG_CACHE_HOME", std::env::var_os("XDG_CACHE_HOME").unwrap_or(cache.into()));
        let output = act.env("HOME", self.checkout.home()).stdin(Stdio::null()).output().expect("act");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (said, output.status.success())
    }

    /// Each job's result, as act tells it: `ci/required` and whether it succeeded.
    fn results(said: &str) -> Vec<(String, bool)> {
        let result = |line: &str| {
            let (job, rest) = line.strip_prefix('[')?.split_once(']')?;
            let succeeded =
                rest.contains("Job succeeded").then_some(true).or(rest.contains("Job failed").then_some(false));
            Some((job.trim_end().to_owned(), succeeded?))
        };
        let mut results: Vec<_> = said.lines().filter_map(result).collect();
        results.sort();
        results
    }
}

/// A stand-in for each action that the workflow uses of others; checkout is act's own.
fn stand_ins(workflow: &Path) -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forge/workflows/actions");
    let text = fs::read_to_string(workflow).expect("a workflow");
    let used =
        text.lines().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("uses: ")?.split(' ').next());
    let mut stand_ins: Vec<_> = used
        .filter(|action| !action.starts_with("actions/checkout@"))
        .map(|action| {
            let name = action.split(['/', '@']).nth(1).expect("a name");
            let stand_in = folder.join(name);
            assert!(stand_in.is_dir(), "{action} has no stand-in in {}", folder.display());
            (action.to_owned(), stand_in)
        })
        .collect();
    stand_ins.dedup();
    stand_ins
}

fn ci(change: impl Fn(&Checkout)) -> (String, bool) {
    let runner = Runner::new();
    let base = runner.checkout.git(&["rev-parse", "HEAD"]).trim_end().to_owned();
    change(&runner.checkout);
    runner.checkout.commit("Change");
    let head = json!({"repo": {"full_name": REPOSITORY}});
    let event = json!({"number": 7, "pull_request": {"number": 7, "base": {"sha": base}, "head": head}});
    runner.act("pull_request", ".github/workflows/ci.yaml", &event)
}

#[test]
fn a_change_of_documents_runs_the_links_and_no_build() {
    let (said, succeeded) = ci(|checkout| checkout.write("README.md", "[a](rollback.md#b)\n"));
    assert!(succeeded, "{said}");
    let jobs = Runner::results(&said);
    assert_eq!(jobs, ["changes", "documents", "required"].map(|job| (format!("ci/{job}"), true)), "{said}");
    assert!(said.contains("skipped\tnix") && said.contains("success\tdocuments"), "{said}");
}

#[test]
fn a_broken_link_fails_the_one_check_that_is_required() {
    let (said, succeeded) = ci(|checkout| checkout.write("README.md", "[a](nowhere.md)\n"));
    assert!(!succeeded, "{said}");
    assert!(said.contains("README.md leads to nowhere.md, which is not there"), "{said}");
    assert!(Runner::results(&said).contains(&("ci/required".to_owned(), false)), "{said}");
}

/// A project whose images are in this registry, and a commit that touches the program.
fn ready_to_release(registry: &Registry) -> Runner {
    let runner = Runner::new();
    runner.checkout.publish_to(&format!("{}/dogs", registry.host));
    runner.checkout.write("Cargo.toml", "# the program\n");
    runner.checkout.commit("Change the program");
    runner.checkout.git(&["push", "--quiet", "origin", "main"]);
    runner
}

#[test]
fn a_release_is_tested_published_signed_and_run_in_dev_also_if_somebody_else_pushes() {
    let registry = Registry::start();
    let runner = ready_to_release(&registry);
    runner.nix("$ARCHITECTURE");
    // Somebody pushes when the bump is committed: the hook runs before the first push of the job, and is gone after it.
    let other = runner.checkout.beside("other");
    let theirs = format!(
        "cd {} && git commit --quiet --allow-empty --message Theirs && git push --quiet origin HEAD:main",
        other.display()
    );
    let once = runner.checkout.home().join("pushed");
    let hook = format!("#!/bin/sh\n[ -e {0} ] && exit\ntouch {0}\nunset GIT_DIR\n{theirs}\n", once.display());
    let path = runner.checkout.root().join(".git/hooks/pre-push");
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(&path, hook).expect("a hook");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");

    let (said, succeeded) = runner.act("push", ".github/workflows/release.yaml", &json!({"before": NOTHING}));
    assert!(succeeded, "{said}");
    let jobs: Vec<_> = Runner::results(&said).into_iter().map(|(job, _)| job).collect();
    assert_eq!(jobs.len(), 8, "changes, two builds, gitops, two reproductions, publish and bump: {jobs:?}");
    assert!(said.contains("dev: pushed at try 2"), "{said}");
    let log = succeed(clean("git", &runner.checkout.origin()).args(["log", "--format=%s", "main"]));
    assert!(log.starts_with("dev: Run main-") && log.contains("\nTheirs\nChange the program\n"), "{log}");
    let version = runner.checkout.main("k8s/overlays/dev/version.yaml");
    let published = version.split("digest: ").nth(1).expect("a digest").trim_end().to_owned();
    let image = format!("{}/dogs/dog-gif-app@{published}", registry.host);
    let note = |name: &str| fs::read_to_string(runner.artifacts().join(name)).unwrap_or_default();
    assert_eq!(note("smoke"), "smoke\nsmoke\n");
    let asked = note("cosign");
    let [signed, attested] = asked.lines().collect::<Vec<_>>()[..] else { panic!("{asked}") };
    assert_eq!(signed, format!("sign --yes --recursive {image}"));
    assert!(attested.starts_with("attest --yes --type ") && attested.ends_with(&image), "{attested}");
    let address = format!("http://{}/v2/dogs/dog-gif-app/manifests/{published}", registry.host);
    let index = ureq::get(address).header("Accept", crate::registry::INDEX).call().expect("the index");
    let index = serde_json::from_reader(index.into_body().into_reader()).expect("JSON");
    let [amd64, arm64] = &children(&index)[..] else { panic!("{index}") };
    assert_eq!(note("cluster"), format!("tests/run.sh gitops {amd64}\n"));
    let sbom = |digest, name| format!("{}/dogs/dog-gif-app@{digest} builds/image-{name}/sbom.json\n", registry.host);
    assert_eq!(note("attested"), format!("{image} \n{}{}", sbom(amd64, "amd64"), sbom(arm64, "arm64")));

    // What the bump has pushed starts the workflow, which finds nothing to build.
    runner.checkout.git(&["pull", "--quiet", "origin", "main"]);
    let before = runner.checkout.git(&["rev-parse", "HEAD~1"]).trim_end().to_owned();
    let (said, succeeded) = runner.act("push", ".github/workflows/release.yaml", &json!({"before": before}));
    assert!(succeeded, "{said}");
    assert_eq!(Runner::results(&said), [("release/changes".to_owned(), true)], "{said}");
}

/// Runs a release of which nothing is to be pushed; what it printed.
fn held_back(prepare: impl Fn(&Runner)) -> String {
    let registry = Registry::start();
    let runner = ready_to_release(&registry);
    runner.nix("$ARCHITECTURE");
    prepare(&runner);
    let (said, succeeded) = runner.act("push", ".github/workflows/release.yaml", &json!({"before": NOTHING}));
    assert!(!succeeded, "{said}");
    assert!(!said.contains("release/publish") && !said.contains("release/bump"), "{said}");
    let answer = ureq::get(format!("http://{}/v2/dogs/dog-gif-app/tags/list", registry.host)).call();
    assert!(answer.is_err(), "nothing was pushed");
    said
}

#[test]
fn what_another_machine_builds_otherwise_is_not_published() {
    let said = held_back(|runner| runner.nix("other"));
    assert!(said.contains("it is not to be published"), "{said}");
}

#[test]
fn what_a_cluster_does_not_bear_is_not_published() {
    let said = held_back(|runner| runner.cluster("exit 1"));
    assert!(Runner::results(&said).contains(&("release/gitops".to_owned(), false)), "{said}");
}

#[test]
fn cleanup_deletes_when_somebody_asks_it_to() {
    let (registry, charts) = (Registry::start(), Registry::start_for("dogs/charts/dog-gif-app"));
    let runner = Runner::new();
    for (tag, days) in [("1.0.0", 40), ("1.1.0", 30), ("1.2.0", 20), ("1.3.0", 10)] {
        registry.image(Some(tag), days, &[tag]);
        charts.chart("dog-gif-app", tag, days);
    }
    runner.checkout.publish_to(&format!("{}/dogs", charts.host));
    let values = "k8s/charts/dog-gif-app/values.yaml";
    let text = fs::read_to_string(runner.checkout.root().join(values)).expect("values");
    let (_, rest) = text.split_once("  repository: ").expect("a repository");
    let repository = rest.lines().next().expect("a line");
    let here = format!("{}/{}", registry.host, crate::registry::REPOSITORY);
    runner.checkout.write(values, &text.replace(repository, &here));
    runner.checkout.commit("Use the registry of this test");
    runner.checkout.git(&["push", "--quiet", "origin", "main"]);
    for (delete, stays) in [("false", true), ("true", false)] {
        let event = json!({"inputs": {"delete": delete}});
        let (said, succeeded) = runner.act("workflow_dispatch", ".github/workflows/cleanup.yaml", &event);
        assert!(succeeded && said.matches("| 1 of 4 go").count() == 2, "{said}");
        for place in [&registry, &charts] {
            assert_eq!(place.has("1.0.0"), stays, "{said}");
            assert!(place.has("1.1.0"), "{said}");
        }
    }
}
