//! The order of the rooms, and that no two files of a room need each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::invariants::rust_files;
use crate::harness::tree::{read, root};

/// The rooms in reading order: each uses only the ones before it.
const ROOMS: [&str; 6] = ["config", "telemetry", "store", "gallery", "web", "command"];

#[test]
fn a_room_uses_only_the_rooms_before_it() {
    for (place, room) in ROOMS.iter().enumerate() {
        for Source { file, code, .. } in sources(room) {
            assert!(!code.contains("crate::{"), "{}: one `use` a room, so that this test can see it", file.display());
            for later in &ROOMS[place + 1..] {
                let used = code.contains(&format!("crate::{later}::")) || code.contains(&format!("crate::{later};"));
                assert!(!used, "{} uses {later}, which comes after {room}", file.display());
            }
        }
    }
}

#[test]
fn what_a_room_does_not_know_is_not_named_in_it() {
    for room in ROOMS {
        for Source { file, code, .. } in sources(room) {
            for (word, only_in) in [("diesel::", "store"), ("std::env", "config"), ("salvo", "web")] {
                assert!(
                    room == only_in || !code.contains(word),
                    "{} names {word}, which is for {only_in}",
                    file.display()
                );
            }
            let reaches_past = room == "web" && code.contains("crate::store");
            assert!(!reaches_past, "{} reaches past the gallery into the store", file.display());
        }
    }
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let name = |source: &Source| source.file.strip_prefix(root().join("src")).unwrap().display().to_string();
    let rooms = ROOMS.map(|room| uses(room, name));
    let seen: usize = rooms.iter().flat_map(Uses::values).map(BTreeSet::len).sum();
    assert!(seen > 100, "only {seen} uses were seen, so this test looks at the wrong thing");
    assert_eq!(rooms.iter().filter_map(circle).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn no_inner_rooms_use_each_other_in_a_circle() {
    let name = |source: &Source| source.module.get(1).unwrap_or(&source.module[0]).clone();
    let rooms = ROOMS.map(|room| uses(room, name));
    assert_eq!(rooms.iter().filter_map(circle).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_circle_is_found_and_named() {
    let uses = |edges: &[(&str, &str)]| {
        let mut uses = Uses::new();
        for (from, to) in edges {
            uses.entry((*from).into()).or_default().insert((*to).into());
        }
        uses
    };
    assert_eq!(circle(&uses(&[("a", "b"), ("a", "c"), ("b", "c"), ("c", "d")])), None);
    let found = circle(&uses(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]));
    assert_eq!(found.as_deref(), Some("b → c → d → b"));
}

#[test]
fn what_a_file_uses_is_read_from_its_code() {
    let code = "pub use page::Page;\nuse super::{Error,\n    shelf::{self, Book as B}};\nfn f() { crate::room::door::open(1) }";
    let Paths { shown, used } = Paths::of(code);
    let text = |paths: Vec<Vec<String>>| paths.into_iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(text(shown), ["page::Page"]);
    assert_eq!(text(used), ["super::Error", "super::shelf", "super::shelf::Book", "crate::room::door::open"]);
}

/// A file, and what it is as a module.
struct Source {
    file: PathBuf,
    /// For example `web`, `pages`, `dog`; a `mod.rs` is its directory.
    module: Vec<String>,
    /// Without comments and unit tests.
    code: String,
    paths: Paths,
}

/// Who uses whom.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// Who uses whom in a room, by what `name` calls its files.
fn uses(room: &str, name: impl Fn(&Source) -> String) -> Uses {
    let sources = sources(room);
    let mut uses = Uses::new();
    for source in &sources {
        let used = source.paths.used.iter().filter_map(|path| resolve(&source.module, path, &sources));
        // What shows the way to another file is no use of it.
        let others = used.map(&name).filter(|other| *other != name(source));
        uses.entry(name(source)).or_default().extend(others);
    }
    uses
}

fn sources(room: &str) -> Vec<Source> {
    let sources: Vec<Source> = rust_files(&root().join("src").join(room)).iter().map(|file| Source::of(file)).collect();
    assert!(!sources.is_empty(), "the room {room} is empty");
    sources
}

impl Source {
    fn of(file: &Path) -> Self {
        let path = file.strip_prefix(root().join("src")).unwrap().with_extension("");
        let mut module: Vec<String> = path.iter().map(|part| part.to_str().unwrap().into()).collect();
        module.pop_if(|last| last == "mod");
        let text = read(file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        Self { file: file.into(), module, paths: Paths::of(&code), code }
    }
}

/// The file where what `path` names is written, as seen from `module`; none outside the room.
fn resolve<'room>(module: &[String], path: &[String], room: &'room [Source]) -> Option<&'room Source> {
    let mut place = module.to_vec();
    let mut rest = path;
    while let [first, others @ ..] = rest {
        match first.as_str() {
            "crate" => place.clear(),
            "super" => drop(place.pop()),
            "self" => {}
            name => {
                place.push(name.into());
                if !room.iter().any(|source| source.module.starts_with(&place)) {
                    place.pop();
                    break;
                }
            }
        }
        rest = others;
    }
    if rest.len() == path.len() {
        // Nothing led into a module: a crate, or a type.
        return None;
    }
    let source = room.iter().find(|source| source.module == place)?;
    let shown = rest.first().and_then(|name| source.paths.shown.iter().find(|shown| shown.last() == Some(name)));
    shown.map_or(Some(source), |shown| resolve(&source.module, shown, room))
}

/// The paths in a piece of code.
struct Paths {
    /// Those of `pub use`.
    shown: Vec<Vec<String>>,
    /// All others, in a `use` or in the middle of the code.
    used: Vec<Vec<String>>,
}

impl Paths {
    fn of(code: &str) -> Self {
        let mut paths = Self { shown: Vec::new(), used: Vec::new() };
        let mut lines = code.lines();
        while let Some(line) = lines.next() {
            let is_shown = line.starts_with("pub use ");
            let Some(begin) = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("use ") else {
                let words = line.split(|c: char| !(c.is_alphanumeric() || "_:".contains(c)));
                let used = words.filter(|word| word.contains("::")).map(|word| word.split("::").map(String::from));
                paths.used.extend(used.map(Iterator::collect));
                continue;
            };
            let mut tree = begin.to_string();
            while !tree.ends_with(';') {
                tree += lines.next().expect("a `use` ends").trim();
            }
            let found = if is_shown { &mut paths.shown } else { &mut paths.used };
            expand("", tree.trim_end_matches(';'), found);
        }
        paths
    }
}

/// Collects the paths of a `use` tree: `a::{b, c::{self, d}}` is `a::b`, `a::c` and `a::c::d`.
fn expand(before: &str, tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some((stem, branches)) = tree.split_once('{') else {
        let name = tree.split(" as ").next().unwrap_or_default();
        let path = format!("{before}{name}");
        let names = path.trim_end_matches("::self").split("::");
        return found.push(names.map(String::from).collect());
    };
    let branches = branches.strip_suffix('}').expect("braces are balanced");
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in branches.char_indices().chain([(branches.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !branches[start..at].trim().is_empty() {
                    expand(&format!("{before}{stem}"), &branches[start..at], found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// A circle of uses, as `a → b → a`, if there is one.
fn circle(uses: &Uses) -> Option<String> {
    let mut done = BTreeSet::new();
    uses.keys().find_map(|name| circle_from(name, uses, &mut Vec::new(), &mut done))
}

fn circle_from<'uses>(
    name: &'uses str,
    uses: &'uses Uses,
    way: &mut Vec<&'uses str>,
    done: &mut BTreeSet<&'uses str>,
) -> Option<String> {
    if let Some(start) = way.iter().position(|passed| *passed == name) {
        return Some([&way[start..], &[name]].concat().join(" → "));
    }
    if done.contains(name) {
        return None;
    }
    way.push(name);
    let found = uses.get(name).and_then(|used| used.iter().find_map(|next| circle_from(next, uses, way, done)));
    way.pop();
    done.insert(name);
    found
}
