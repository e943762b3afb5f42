//! What nix/sbom.nix lists, from this machine's copies of the crates and an invented closure.

use std::collections::BTreeSet;
use std::fs::{create_dir_all, write};
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::process::new_directory;
use crate::harness::tree::root;
use crate::harness::variable;

const HASH: &str = "00000000000000000000000000000000";

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// As nix/package.nix asks, and for this machine.
fn crates_of_the_program() -> String {
    let tree = ["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"];
    output(Command::new(env!("CARGO")).args(tree).current_dir(root()))
}

/// Where cargo unpacked them.
fn registry() -> PathBuf {
    let home = |name: &str| variable(name).map(PathBuf::from);
    let cargo = home("CARGO_HOME").or_else(|| home("HOME").map(|home| home.join(".cargo")));
    cargo.expect("CARGO_HOME or HOME").join("registry/src")
}

fn listed(crates: &str) -> Vec<Value> {
    let directory = new_directory("bill-of-materials");
    let closure = directory.join("closure");
    create_dir_all(&closure).unwrap();
    let paths = ["glibc-2.42", "gcc-15.2.0-lib", "xgcc-15.2.0-libgcc", "dog-gif-app-0.1.0"];
    write(closure.join("store-paths"), paths.map(|path| format!("/nix/store/{HASH}-{path}\n")).concat()).unwrap();
    let licences = json!({ "glibc": ["LGPL-2.0-or-later"], "dog-gif-app": ["MIT"],
        "gcc": ["GPL-3.0-or-later WITH GCC-exception-3.1"] });
    write(directory.join("licences"), licences.to_string()).unwrap();
    write(directory.join("crates"), crates).unwrap();
    let list = output(
        Command::new("python3")
            .arg(root().join("tests/scripts/sbom.py"))
            .env("closure", &closure)
            .env("licences", directory.join("licences"))
            .env("crates", directory.join("crates"))
            .env("lock", root().join("Cargo.lock"))
            .env("vendored", registry())
            .env("pname", "dog-gif-app")
            .env("version", "0.1.0"),
    );
    serde_json::from_str::<Value>(&list).expect("JSON")["components"].as_array().expect("components").clone()
}

fn package_urls(components: &[Value]) -> BTreeSet<String> {
    components.iter().filter_map(|component| component["purl"].as_str().map(String::from)).collect()
}

#[test]
fn crates_are_those_of_the_program_and_no_others() {
    let tree = crates_of_the_program();
    let expected: BTreeSet<_> = tree
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| words[0] != "dog-gif-app")
        .map(|words| format!("pkg:cargo/{}@{}", words[0], words[1].trim_start_matches('v')))
        .collect();
    let found = package_urls(&listed(&tree));
    assert_eq!(found, expected);
    assert!(found.iter().any(|url| url.starts_with("pkg:cargo/diesel@")), "{found:?}");
    for elsewhere in ["windows-sys", "proptest", "cc"] {
        assert!(!found.iter().any(|url| url.starts_with(&format!("pkg:cargo/{elsewhere}@"))), "{elsewhere}");
    }
}

#[test]
fn everything_has_a_licence_and_libgcc_its_exception() {
    let components = listed(&crates_of_the_program());
    for component in &components {
        assert!(component["licenses"][0].is_object(), "{component}");
    }
    for name in ["gcc", "xgcc"] {
        let found = components.iter().find(|component| component["name"] == name).expect(name);
        assert_eq!(found["licenses"][0]["expression"], "GPL-3.0-or-later WITH GCC-exception-3.1");
    }
}
