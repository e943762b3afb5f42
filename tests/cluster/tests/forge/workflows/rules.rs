//! What every workflow keeps to, beside what actionlint and zizmor know.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_yaml_ng::Value;

/// Text and meaning of each workflow, by its name.
fn workflows() -> BTreeMap<String, (String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.github/workflows");
    let files = fs::read_dir(folder).expect("the workflows").map(|file| file.expect("a file").path());
    let workflows: BTreeMap<_, _> = files
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a workflow");
            let value = serde_yaml_ng::from_str(&text).expect("YAML");
            (path.file_name().expect("a name").to_string_lossy().into_owned(), (text, value))
        })
        .collect();
    assert!(workflows.len() > 6);
    workflows
}

fn jobs(workflow: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let jobs = workflow["jobs"].as_mapping().expect("jobs");
    jobs.iter().map(|(name, job)| (name.as_str().expect("a name"), job))
}

#[test]
fn a_job_may_what_it_says_beside_its_reason_and_ends_in_time() {
    for (name, (text, workflow)) in workflows() {
        assert!(text.starts_with("# "), "{name} does not open with what it is for");
        assert!(
            workflow["permissions"].as_mapping().is_some_and(|granted| granted.is_empty()),
            "{name}: `permissions: {{}}`"
        );
        assert!(workflow["concurrency"]["group"].is_string(), "{name}: a concurrency group");
        for (job, value) in jobs(&workflow) {
            assert!(value["timeout-minutes"].is_u64(), "{name}, {job}: timeout-minutes");
            assert!(value["permissions"].is_mapping(), "{name}, {job}: permissions");
        }
        let granted = text.lines().map(str::trim).filter(|line| line.contains(": write") || *line == "contents: read");
        for line in granted {
            assert!(line.contains(" # "), "{name}: `{line}` has no reason beside it");
        }
    }
}

#[test]
fn actions_are_pinned_with_their_version_and_no_secret_is_asked_for() {
    for (name, (text, _)) in workflows() {
        for line in text.lines().filter(|line| line.contains("uses: ")) {
            let (_, pin) = line.split_once('@').unwrap_or_else(|| panic!("{name}: {line}"));
            let (digest, version) = pin.split_once(" # v").unwrap_or_else(|| panic!("{name}: {line}"));
            assert!(digest.len() == 40 && digest.bytes().all(|digit| digit.is_ascii_hexdigit()), "{name}: {line}");
            assert!(version.split('.').count() == 3, "{name}: {line}");
        }
        for line in text.lines().filter(|line| line.contains("secrets.")) {
            assert!(
                line.contains("secrets.BUMP_APP_PRIVATE_KEY"),
                "{name}: GitHub's token of the job, or OIDC: {line}"
            );
        }
    }
}

#[test]
fn what_runs_is_a_script_of_ours_or_a_command_for_a_laptop_and_takes_what_it_needs_from_its_environment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut scripts = 0;
    for (name, (_, workflow)) in workflows() {
        for (job, value) in jobs(&workflow) {
            for step in value["steps"].as_sequence().expect("steps") {
                let Some(run) = step["run"].as_str() else { continue };
                assert!(!run.contains("${{"), "{name}, {job}: {run}");
                assert!(run.lines().count() <= 3, "{name}, {job}: more than a call belongs into a script");
                // GitHub calls `bash -e` unless a shell is named: what fails before a pipe would succeed.
                assert!(!run.contains('|') || step["shell"] == "bash", "{name}, {job}: `shell: bash` for {run}");
                for word in run.split_whitespace().filter(|word| word.starts_with("tests/")) {
                    assert!(root.join(word).is_file(), "{name}, {job}: there is no {word}");
                    scripts += 1;
                }
            }
        }
    }
    assert!(scripts > 15, "{scripts} scripts");
}

#[test]
fn what_commits_says_who() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut commits = 0;
    for (name, (_, workflow)) in workflows() {
        for (job, value) in jobs(&workflow) {
            for step in value["steps"].as_sequence().expect("steps") {
                let script = step["run"].as_str().and_then(|run| fs::read_to_string(root.join(run)).ok());
                if !script.is_some_and(|script| script.contains("git commit ")) {
                    continue;
                }
                commits += 1;
                for variable in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
                    assert!(step["env"][variable].is_string(), "{name}, {job}: {variable}");
                }
            }
        }
    }
    assert_eq!(commits, 2, "bump and promote");
}

#[test]
fn the_check_that_is_required_waits_for_every_job() {
    let (_, workflow) = &workflows()["ci.yaml"];
    let needs = workflow["jobs"]["required"]["needs"].as_sequence().expect("needs");
    for (job, _) in jobs(workflow).filter(|(job, _)| *job != "required") {
        assert!(needs.iter().any(|needed| needed == job), "{job}");
    }
}
