//! What the documents tell to type and to read: cheap commands are run, of the others everything they name must exist.

use std::process::Command;

use crate::harness::app::run;
use crate::harness::tree::{read, root};
use crate::harness::{App, Database};

/// Those at these places, and every runbook.
fn documents() -> Vec<String> {
    let runbooks = root().join("docs/runbooks").read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    let runbooks = runbooks.map(|name| format!("docs/runbooks/{}", name.display()));
    let fixed = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "argocd/README.md",
        "docs/workflows.md",
        "k8s/README.md",
        "k8s/dashboards/README.md",
        "k8s/platform/logging/README.md",
        "k8s/platform/monitoring/README.md",
        "nix/README.md",
        "terraform/README.md",
    ];
    fixed.into_iter().map(String::from).chain(runbooks).collect()
}

/// One command and how often the documents use it at least, so that no test passes because nothing was found.
fn typed(program: &str, at_least: usize) -> Vec<(String, Vec<String>)> {
    let found: Vec<_> = documents()
        .into_iter()
        .flat_map(|document| commands(&read(&document)).into_iter().map(move |words| (document.clone(), words)))
        .filter_map(|(document, words)| {
            // Variables before a command are settings of its.
            let at = words.iter().position(|word| !word.contains('='))?;
            (words[at] == program).then(|| (format!("{document}: {}", words.join(" ")), words[at + 1..].to_vec()))
        })
        .collect();
    assert!(found.len() >= at_least, "`{program}` is found {} times only", found.len());
    found
}

#[test]
fn every_target_of_make_is_there_and_can_be_expanded() {
    for (command, arguments) in typed("make", 20) {
        let dry = Command::new("make").arg("--dry-run").args(&arguments).current_dir(root()).output().expect("make");
        assert!(dry.status.success(), "{command}: {}", String::from_utf8_lossy(&dry.stderr));
        for script in String::from_utf8_lossy(&dry.stdout).split_whitespace().filter(|word| word.ends_with(".sh")) {
            assert!(root().join(script).is_file(), "{command}: there is no {script}");
        }
    }
    let help = Command::new("make").current_dir(root()).output().expect("make");
    let told = String::from_utf8(help.stdout).expect("UTF-8");
    assert!(help.status.success() && told.contains("make test"), "{told}");
}

#[test]
fn every_leg_of_the_tests_is_there() {
    let script = read("tests/run.sh");
    let (_, legs) = script.split_once("\nlegs=(").expect("the list of legs");
    let legs: Vec<_> = legs.split(')').next().expect("the end of the list").split_whitespace().collect();
    for (command, arguments) in typed("tests/run.sh", 5) {
        for leg in arguments.iter().filter(|leg| *leg != "LEG") {
            assert!(legs.contains(&leg.as_str()), "{command}: there is no leg {leg}");
        }
    }
}

#[test]
fn every_test_and_example_of_cargo_is_there() {
    for (command, arguments) in typed("cargo", 6) {
        let value = |flag: &str| {
            let at = arguments.iter().position(|word| word == flag)?;
            Some(arguments.get(at + 1).unwrap_or_else(|| panic!("{command}: {flag} of what?")).as_str())
        };
        let package = value("--manifest-path").map_or(root().to_path_buf(), |manifest| {
            assert!(root().join(manifest).is_file(), "{command}: there is no {manifest}");
            root().join(manifest).with_file_name("")
        });
        for (flag, directory) in [("--test", "tests"), ("--example", "examples"), ("--bench", "benches")] {
            let Some(name) = value(flag) else { continue };
            let path = package.join(directory).join(name);
            let is_there = path.join("main.rs").is_file() || path.with_extension("rs").is_file();
            assert!(is_there, "{command}: there is no {flag} {name}");
        }
        // What is behind `--test it` chooses among these very tests.
        if arguments.starts_with(&["test".into(), "--test".into(), "it".into()]) && arguments.len() > 3 {
            let list = Command::new(std::env::current_exe().unwrap()).arg("--list").args(&arguments[3..]).output();
            let list = String::from_utf8(list.expect("this binary").stdout).expect("UTF-8");
            assert!(list.contains(": test\n"), "{command}: no test fits that");
        }
    }
}

#[test]
fn every_output_of_the_flake_is_there() {
    let outputs = read("nix/default.nix");
    let mut seen = 0;
    for (command, arguments) in typed("nix", 12) {
        for name in arguments.iter().filter_map(|word| word.strip_prefix(".#")).filter(|name| *name != "…") {
            let is_there = outputs.lines().any(|line| {
                let line = line.trim_start().trim_end_matches(';');
                line.starts_with(&format!("{name} ="))
                    || line.starts_with("inherit") && line.ends_with(&format!(" {name}"))
            });
            assert!(is_there, "{command}: nix/default.nix has no {name}");
            seen += 1;
        }
    }
    assert!(seen > 5, "only {seen} outputs were found");
}

#[test]
fn every_command_and_flag_of_the_program_is_there() {
    for (command, arguments) in typed("dog-gif-app", 12) {
        let is_name = |word: &&String| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        let names: Vec<&str> = arguments.iter().take_while(is_name).map(String::as_str).collect();
        // What follows the command's own name may be a file's: the longest that is a command counts.
        let help = (1..=names.len()).rev().find_map(|length| {
            let help = run(&Database::fresh_sqlite(), &[&names[..length], &["--help"]].concat());
            (help.code == 0).then_some(help.output)
        });
        let help = help.unwrap_or_else(|| panic!("{command}: there is no such command"));
        for flag in arguments.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag.as_str()), "{command}: there is no {flag}");
        }
    }
}

#[test]
fn every_address_that_curl_is_given_answers() {
    let app = App::start(&Database::fresh_sqlite());
    for (command, arguments) in typed("curl", 3) {
        let (address, flags) = arguments.split_last().expect("an address");
        let method = flags.iter().position(|flag| flag == "-X").map_or("GET", |at| flags[at + 1].as_str());
        let answer = match address.split_at_checked("localhost:5000".len()) {
            Some(("localhost:5000", path)) => app.ask(method, path, &[]),
            Some(("localhost:9090", path)) => app.probe(path),
            _ => panic!("{command}: whose address is that?"),
        };
        assert!((200..300).contains(&answer.status), "{command}: {}", answer.status);
    }
}

#[test]
fn every_path_in_the_documents_exists() {
    let tops: Vec<_> = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let mut seen = 0;
    for document in documents() {
        let words = spans(&read(&document)).into_iter().flat_map(|span| words(&span));
        for word in words.filter(|word| word.contains('/') && !word.contains(['<', '…'])) {
            let top = word.split('/').next().unwrap_or_default();
            // Made by a build, not in Git.
            if top == "target" || !tops.iter().any(|name| name.to_str() == Some(top)) {
                continue;
            }
            for path in alternatives(&word) {
                assert!(root().join(&path).exists(), "{document}: there is no {path}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "only {seen} paths were found");
}

/// `a/{b,c}/d` as `a/b/d` and `a/c/d`.
fn alternatives(path: &str) -> Vec<String> {
    let Some((before, (choice, after))) = path.split_once('{').and_then(|(a, rest)| Some((a, rest.split_once('}')?)))
    else {
        return vec![path.to_string()];
    };
    choice.split(',').flat_map(|one| alternatives(&format!("{before}{one}{after}"))).collect()
}

/// Every line of a code block and every piece of code in a sentence, in words.
fn commands(document: &str) -> Vec<Vec<String>> {
    spans(document).iter().map(|span| words(span)).filter(|words| !words.is_empty()).collect()
}

fn spans(document: &str) -> Vec<String> {
    let mut spans = Vec::new();
    for (number, part) in document.split("```").enumerate() {
        if number % 2 == 1 {
            // What follows a # explains.
            spans.extend(part.lines().map(|line| line.split(" #").next().unwrap_or_default().to_string()));
        } else {
            spans.extend(part.split('`').skip(1).step_by(2).map(|span| span.replace('\n', " ")));
        }
    }
    spans
}

/// The words up to the end of the first command, quotes and all.
fn words(span: &str) -> Vec<String> {
    let ends = |word: &&str| !["|", "&&", ">", "<"].contains(word);
    span.split_whitespace().take_while(ends).map(|word| word.trim_matches('\'').to_string()).collect()
}
