//! Reads single settings and collects what is wrong with them, so that all problems are told at once.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use super::settings::SETTINGS;

/// Values given on the command line, by the name of the variable they stand for.
#[derive(Debug, Default, Clone)]
pub struct Overrides(HashMap<&'static str, OsString>);

impl Overrides {
    /// Lets `value`, when there is one, stand for the variable `name`.
    pub fn set(&mut self, name: &'static str, value: Option<impl Into<OsString>>) {
        if let Some(value) = value {
            self.0.insert(name, value.into());
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<OsString> {
        self.0.get(name).cloned()
    }
}

/// Everything that is wrong with the configuration, one line each.
#[derive(Debug)]
pub struct Problems(Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, noun) = (self.0.len(), if self.0.len() == 1 { "problem" } else { "problems" });
        write!(formatter, "{count} {noun} in the configuration:")?;
        self.0.iter().try_for_each(|line| write!(formatter, "\n  {line}"))
    }
}

impl std::error::Error for Problems {}

/// From a variable's name to its value, if it is set.
type Source<'source> = dyn Fn(&str) -> Option<OsString> + 'source;

/// Reads single settings; remembers what was wrong and goes on with a stand-in value.
pub(super) struct Reader<'source> {
    source: Box<Source<'source>>,
    problems: Vec<String>,
}

impl<'source> Reader<'source> {
    pub(super) fn new<T: Into<OsString>>(source: impl Fn(&str) -> Option<T> + 'source) -> Self {
        Self { source: Box::new(move |name| source(name).map(T::into)), problems: Vec::new() }
    }

    /// The bytes that were given, if any; an empty variable counts as unset, as compose files write it.
    fn given_bytes(&self, name: &str) -> Option<OsString> {
        (self.source)(name).filter(|value| !value.is_empty())
    }

    /// The text that was given, if any.
    pub(super) fn given(&mut self, name: &str) -> Option<String> {
        let text = self.given_bytes(name)?.into_string();
        text.inspect_err(|_| self.problem(name, "is not UTF-8 text")).ok()
    }

    /// The path that was given, if any: any bytes are one.
    pub(super) fn given_path(&self, name: &str) -> Option<PathBuf> {
        self.given_bytes(name).map(PathBuf::from)
    }

    /// The path that was given, or the default of the table.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.given_path(name).unwrap_or_else(|| default_of(name).into())
    }

    /// Every value that was given, with secrets hidden.
    pub(super) fn all_given(&self) -> Vec<(&'static str, String)> {
        let shown = |name: &'static str| {
            let value = self.given_bytes(name)?.to_string_lossy().into_owned();
            Some((name, if name == "MYSQL_PASSWORD" { "[hidden]".into() } else { value }))
        };
        SETTINGS.iter().filter_map(|setting| shown(setting.name)).collect()
    }

    /// The value that was given, or the default of the table.
    pub(super) fn text(&mut self, name: &str) -> String {
        self.given(name).unwrap_or_else(|| default_of(name).to_string())
    }

    /// Parses the value; `expected` completes the sentence "must be …".
    pub(super) fn parse<T: FromStr>(&mut self, name: &str, expected: &str) -> T {
        let value = self.text(name);
        value.parse().unwrap_or_else(|_| {
            self.bad_value(name, &value, expected);
            default_of(name).parse().unwrap_or_else(|_| panic!("the default of {name} is not valid"))
        })
    }

    pub(super) fn number(&mut self, name: &str, range: RangeInclusive<u64>) -> u64 {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let number = self.parse(name, &expected);
        if !range.contains(&number) {
            self.bad_value(name, &number.to_string(), &expected);
        }
        number
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.choice(name, &[("true", true), ("false", false)])
    }

    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
        let value = self.text(name);
        let chosen = choices.iter().find(|(word, _)| *word == value.to_ascii_lowercase());
        chosen
            .unwrap_or_else(|| {
                let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
                self.bad_value(name, &value, &words.join(", ").replace(", ", " or "));
                &choices[0]
            })
            .1
    }

    pub(super) fn bad_value(&mut self, name: &str, value: &str, expected: &str) {
        self.problems.push(format!("{name}={value:?} must be {expected}"));
    }

    pub(super) fn problem(&mut self, name: &str, sentence: &str) {
        self.problems.push(format!("{name} {sentence}"));
    }

    pub(super) fn finish<T>(self, read: T) -> Result<T, Problems> {
        if self.problems.is_empty() { Ok(read) } else { Err(Problems(self.problems)) }
    }
}

fn default_of(name: &str) -> &'static str {
    SETTINGS
        .iter()
        .find(|setting| setting.name == name)
        .and_then(|setting| setting.default)
        .unwrap_or_else(|| panic!("{name} has no default in the table of settings"))
}
