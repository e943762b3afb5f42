//! The summary of tests/run.sh, on which people and CI rely: it names what failed and what did not run at all.

use std::path::Path;
use std::process::Command;

use crate::harness::process::new_directory;

/// Lets the legs in `script` run, which are lines of shell; returns whether all is well, and what was printed.
fn legs(script: &str) -> (bool, String) {
    let program = format!("set -uo pipefail\n. tests/summary.sh\n{script}\nsummarise 61");
    let run = Command::new("bash")
        .args(["-c", &program])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("logs", new_directory("legs"))
        .env_remove("CI")
        .output()
        .expect("bash is installed");
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
    (run.status.success(), String::from_utf8(run.stdout).expect("UTF-8"))
}

/// The summary alone: what is printed behind the legs' own lines.
fn summary(printed: &str) -> &str {
    &printed[printed.find(" | 1 min 01 s").map_or(0, |at| printed[..at].rfind('\n').map_or(0, |line| line + 1))..]
}

#[test]
fn tests_are_added_up_and_a_leg_without_tests_counts_as_one() {
    let result = "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 1s";
    let (well, printed) = legs(&format!("legs=(one two)\nleg one printf '{result}\\n{result}\\n'\nleg two true"));
    assert!(well, "{printed}");
    assert_eq!(summary(&printed), "one 24 (0 s), two 1 (0 s) | 1 min 01 s\n25 passed, 0 failed\n");
}

#[test]
fn a_part_that_did_not_run_is_named_in_the_summary() {
    let (well, printed) = legs(
        "legs=(deny files)\npart() { leave_out 'the known vulnerabilities'; }\n\
                                leg deny part\nleg files bash -c 'echo \"!!! NOT RUN: the lock\" >&2'",
    );
    assert!(well, "{printed}");
    let expected = "not run: deny: the known vulnerabilities\nnot run: files: the lock\n2 passed, 0 failed\n";
    assert!(summary(&printed).ends_with(expected), "{printed}");
}

#[test]
fn a_leg_that_cannot_run_is_named_and_fails_where_nothing_may_be_left_out() {
    let (well, printed) = legs("legs=(mysql unit)\nleg mysql bash -c 'exit 3'\nleg unit true");
    assert!(well, "{printed}");
    assert!(summary(&printed).starts_with("mysql SKIPPED, unit 1 (0 s)"), "{printed}");
    assert!(summary(&printed).contains("not run: mysql: all of it\n"), "{printed}");
    let (well, printed) = legs("CI=true legs=(mysql unit)\nleg mysql bash -c 'exit 3'\nleg unit true");
    assert!(!well && summary(&printed).ends_with("1 passed, 1 failed\n"), "{printed}");
}

#[test]
fn a_part_that_did_not_run_fails_where_nothing_may_be_left_out() {
    for part in ["!!! NOT RUN: the lock", "# pass 5\\n# fail 0\\n# skipped 1"] {
        let (well, printed) = legs(&format!("CI=true legs=(files unit)\nleg files printf '{part}\\n'\nleg unit true"));
        assert!(!well && summary(&printed).starts_with("files FAILED (0 s), unit 1 (0 s)"), "{printed}");
        assert!(summary(&printed).ends_with(" passed, 1 failed\n"), "{printed}");
    }
    let (well, printed) = legs("CI=true legs=(files)\nleg files printf '!!! LEFT OUT: the other dog\\n'");
    assert!(well && summary(&printed).ends_with("not run: files: the other dog\n1 passed, 0 failed\n"), "{printed}");
}

#[test]
fn skipped_tests_of_node_are_named() {
    let (_, printed) = legs("legs=(browser)\nleg browser printf '# pass 5\\n# fail 0\\n# skipped 2\\n# todo 0\\n'");
    assert!(summary(&printed).contains("not run: browser: 2 tests skipped\n5 passed, 0 failed"), "{printed}");
}

#[test]
fn what_fails_fails_the_whole() {
    for leg in [
        "false",
        "printf 'test result: FAILED. 1 passed; 2 failed; 0 ignored\\n' && false",
        // A filter that fits no test.
        "printf 'test result: ok. 0 passed; 0 failed; 0 ignored\\n'",
    ] {
        let (well, printed) = legs(&format!("legs=(one two)\nfirst() {{ {leg}; }}\nleg one first\nleg two true"));
        assert!(!well && summary(&printed).contains("one FAILED"), "{leg}: {printed}");
    }
}

#[test]
fn a_leg_that_nobody_runs_fails_the_whole() {
    let (well, printed) = legs("legs=(one two)\nleg one true");
    assert!(!well && summary(&printed).starts_with("one 1 (0 s), two FAILED (nobody runs it) |"), "{printed}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mistyped = Command::new("bash").args(["tests/run.sh", "format", "lnit"]).current_dir(root).output().unwrap();
    assert_eq!((mistyped.status.code(), mistyped.stdout.len()), (Some(2), 0), "it has begun all the same");
    let complaint = String::from_utf8(mistyped.stderr).unwrap();
    assert!(complaint.contains("no leg `lnit`, but format lint"), "{complaint}");
}
