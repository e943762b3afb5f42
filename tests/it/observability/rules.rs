//! The rules and their tests as they stand in the files, with the lines that have to be mended.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::harness::monitoring::program;
use crate::harness::process::new_directory;
use crate::harness::tree::{read, root};

/// Where the rules are; the chart puts them into a `PrometheusRule`.
pub const RULES: &str = "k8s/charts/dog-gif-app/files/rules.yaml";

#[derive(Deserialize)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

/// A rule that records a series or raises an alert.
#[derive(Deserialize)]
pub struct Rule {
    pub record: Option<String>,
    pub alert: Option<String>,
    pub expr: String,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// File and line where it begins.
    #[serde(skip)]
    pub place: String,
}

impl Rule {
    pub fn name(&self) -> &str {
        self.alert.as_deref().or(self.record.as_deref()).expect("a rule has a name")
    }
}

/// The rules of `text`, which is that of [`RULES`].
pub fn parse(text: &str) -> Vec<Rule> {
    let file: File = understood(text).unwrap_or_else(|complaint| panic!("{complaint}"));
    let begins = |line: &str| line.trim_start().starts_with("- alert: ") || line.trim_start().starts_with("- record: ");
    let lines = text.lines().zip(1..).filter_map(|(line, number)| begins(line).then_some(number));
    let mut rules: Vec<Rule> = file.groups.into_iter().flat_map(|group| group.rules).collect();
    let lines: Vec<u32> = lines.collect();
    assert_eq!(lines.len(), rules.len(), "{RULES}: each rule begins with its name");
    rules.iter_mut().zip(lines).for_each(|(rule, line)| rule.place = format!("{RULES}:{line}"));
    rules
}

fn understood(text: &str) -> Result<File, String> {
    serde_yaml_ng::from_str(text).map_err(|error| format!("{RULES}: {error}"))
}

/// The rules with every window and every patience divided, so that a test can wait for them: what stands in brackets
/// after a selector, and behind `for:`.
pub fn hastened(text: &str, divisor: u64) -> String {
    let shorter = |duration: &str| {
        let (number, unit) = duration.split_at(duration.len() - 1);
        let seconds = ["s", "m", "h", "d"].iter().zip([1, 60, 3600, 86_400]).find(|(name, _)| **name == unit)?.1;
        Some(format!("{}ms", number.parse::<u64>().ok()? * seconds * 1000 / divisor))
    };
    let within = |line: &str| {
        let mut pieces = line.split('[');
        let mut hastened = pieces.next().unwrap_or_default().to_string();
        for piece in pieces {
            let (duration, rest) = piece.split_once(']').expect("a bracket is closed on its line");
            hastened += &format!("[{}]{rest}", shorter(duration).expect("a window is a duration"));
        }
        hastened
    };
    let line = |line: &str| match line.split_once("for: ") {
        Some((indent, duration)) if indent.trim().is_empty() => format!("{indent}for: {}", shorter(duration).unwrap()),
        _ if line.trim_start().starts_with('#') => line.to_string(),
        _ => within(line),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// The files of tests for promtool.
pub fn tests() -> Vec<PathBuf> {
    let directory = root().join("tests/rules");
    let mut files: Vec<_> = directory.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn promtool_has_nothing_to_say_about_the_rules() {
    let (is_sound, said) = checked(Path::new(RULES));
    assert!(is_sound, "{said}");
    let found = format!("SUCCESS: {} rules found", parse(&read(RULES)).len());
    assert!(said.contains(&found), "these tests read other rules than promtool:\n{said}");
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let line_of = |text: &str, piece: &str| 1 + text.lines().position(|line| line.contains(piece)).unwrap();
    let file = new_directory("rules").join("rules.yaml");

    let unclosed = read(RULES).replace("job) (dog_gif_ready", "job (dog_gif_ready");
    std::fs::write(&file, &unclosed).unwrap();
    let (is_sound, said) = checked(&file);
    // The line above is where the expression begins.
    let place = format!("{}: {}:", file.display(), line_of(&unclosed, "job (dog_gif_ready") - 1);
    assert!(!is_sound && said.contains(&place) && said.contains("parse error"), "{place}\n{said}");

    let shifted = read(RULES).replace("      - alert: DogGifAppQueueFills", "     - alert: DogGifAppQueueFills");
    std::fs::write(&file, &shifted).unwrap();
    let (is_sound, said) = checked(&file);
    assert!(!is_sound && said.contains(&format!("{}: yaml: line ", file.display())), "{said}");
    // promtool means the beginning of the group, and this is closer.
    let complaint = understood(&shifted).err().expect("the indentation is broken");
    let line = format!("line {} ", line_of(&shifted, "     - alert: DogGifAppQueueFills"));
    assert!(complaint.starts_with(RULES) && complaint.contains(&line), "{line}: {complaint}");
}

/// Whether promtool finds a file sound, and what it says.
fn checked(file: &Path) -> (bool, String) {
    let checked = Command::new(program("promtool"))
        .args(["check", "rules", "--lint=all", "--lint-fatal"])
        .arg(file)
        .current_dir(root())
        .output()
        .expect("promtool");
    let said = String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
    (checked.status.success(), said)
}

#[test]
fn alerts_fire_stay_silent_and_resolve_as_promtool_is_told() {
    // All at once: each has a processor to itself where there are as many.
    let running: Vec<_> = tests()
        .into_iter()
        .map(|file| {
            let mut promtool = Command::new(program("promtool"));
            promtool.args(["test", "rules"]).arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped());
            (file, promtool.spawn().expect("promtool"))
        })
        .collect();
    for (file, promtool) in running {
        let tested = promtool.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&tested.stdout).into_owned() + &String::from_utf8_lossy(&tested.stderr);
        assert!(tested.status.success(), "{}:\n{said}", file.display());
    }
}

#[test]
fn hastened_rules_differ_in_their_durations_only() {
    let hastened = hastened(&read(RULES), 20);
    assert!(hastened.contains("[15000ms]") && hastened.contains("for: 3000ms"), "{hastened}");
    let (slow, quick) = (parse(&read(RULES)), parse(&hastened));
    assert!(slow.iter().zip(&quick).all(|(slow, quick)| slow.name() == quick.name() && slow.labels == quick.labels));
}
