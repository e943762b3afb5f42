//! What changes between two renderings, for a reader: object by object, each hunk under its place in the object.

use anyhow::Result;
use similar::{ChangeTag, TextDiff};

use super::manifests::{Id, Manifest, manifests};

/// Unchanged lines shown around a change, as `diff -u` does.
const CONTEXT_LINES: usize = 3;

/// A change that this many objects share is told once; two are read faster where they stand.
const MANY_OBJECTS: usize = 3;

/// A unified difference headed by kind, namespace and name; one sentence if there is none.
///
/// # Design
/// Nothing is hidden, also of Secrets: none is rendered (External Secrets brings them), and a reader who is shown less
/// than what is applied reads in vain. But every object has the chart's version in its labels: told one by one, that
/// would be five pages around the three lines that matter.
pub fn difference(before: &str, after: &str) -> Result<String> {
    let (before, after) = (manifests(before)?, manifests(after)?);
    let find = |among: &[Manifest<'_>], wanted: &Manifest<'_>| among.iter().position(|other| other.id == wanted.id);

    let mut text = String::new();
    let mut changed = Vec::new();
    for old in &before {
        match find(&after, old) {
            None => text += &format!("\nremoved {}\n{}", old.id, lines('-', old.text)),
            Some(place) => changed.push((&old.id, hunks(old.text, after[place].text))),
        }
    }
    let objects_with = |hunk: &Hunk| -> Vec<&Id> {
        changed.iter().filter(|(_, hunks)| hunks.contains(hunk)).map(|(id, _)| *id).collect()
    };
    let mut shared: Vec<&Hunk> = Vec::new();
    for (id, hunks) in &changed {
        let mut own = String::new();
        for hunk in hunks {
            if objects_with(hunk).len() < MANY_OBJECTS {
                own += &format!("@@ {} @@\n{}", hunk.place, hunk.in_context);
            } else if !shared.contains(&hunk) {
                shared.push(hunk);
            }
        }
        if !own.is_empty() {
            text += &format!("\nchanged {id}\n{own}");
        }
    }
    for new in after.iter().filter(|new| find(&before, new).is_none()) {
        text += &format!("\nadded {}\n{}", new.id, lines('+', new.text));
    }
    for hunk in shared {
        let objects = objects_with(hunk);
        text += &format!("\nchanged alike in {} objects\n@@ {} @@\n{}", objects.len(), hunk.place, hunk.changes);
        text.extend(objects.iter().map(|id| format!("  in {id}\n")));
    }
    if text.is_empty() {
        text += "nothing changes\n";
    }
    Ok(text)
}

/// Neighbouring changes of one object.
struct Hunk {
    place: String,
    changes: String,
    in_context: String,
}

/// What stands around it makes no other change of it.
impl PartialEq for Hunk {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.changes == other.changes
    }
}

fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    // The last object of a rendering ends with a newline, the others do not.
    let (before, after) = (before.trim_end(), after.trim_end());
    let difference = TextDiff::from_lines(before, after);
    let groups = difference.grouped_ops(CONTEXT_LINES);
    let hunk = |operations: &Vec<_>| {
        let lines: Vec<_> = operations.iter().flat_map(|operation| difference.iter_changes(operation)).collect();
        let (mut changes, mut in_context) = (String::new(), String::new());
        for line in &lines {
            let text = format!("{}{}\n", line.tag(), line.value().trim_end_matches('\n'));
            if line.tag() != ChangeTag::Equal {
                changes += &text;
            }
            in_context += &text;
        }
        let first = lines.iter().find(|line| line.tag() != ChangeTag::Equal)?;
        let place = match (first.old_index(), first.new_index()) {
            (Some(index), _) => place(before, index),
            (None, Some(index)) => place(after, index),
            (None, None) => String::new(),
        };
        Some(Hunk { place: if place.is_empty() { ".".to_owned() } else { place }, changes, in_context })
    };
    groups.iter().filter_map(hunk).collect()
}

fn lines(sign: char, text: &str) -> String {
    text.trim_end().lines().map(|line| format!("{sign}{line}\n")).collect()
}

/// Where a line stands in its object, read from the indentation: `spec.template.spec.containers[0]`.
fn place(text: &str, index: usize) -> String {
    let lines: Vec<_> = text.lines().take(index + 1).collect();
    let Some((line, above)) = lines.split_last() else { return String::new() };
    // Lists stand at their key's indentation, so `- ` makes two steps: the item, and the key it begins with.
    let mut depth = content_indent(line);
    let mut at_item = is_item(line).then(|| indent(line));
    let mut item = 0;
    let mut path = Vec::new();
    for line in above.iter().rev() {
        match at_item {
            Some(list) if is_item(line) && indent(line) == list => item += 1,
            // The list's key, which may stand behind a `- ` itself.
            Some(list) if content_indent(line) <= list => {
                path.push(format!("{}[{item}]", key(line)));
                (depth, item) = (content_indent(line), 0);
                at_item = is_item(line).then(|| indent(line));
            }
            None if content_indent(line) < depth => {
                path.push(key(line));
                depth = content_indent(line);
                at_item = is_item(line).then(|| indent(line));
            }
            // The first key of the item that the line belongs to.
            None if is_item(line) && indent(line) < depth => at_item = Some(indent(line)),
            _ => {}
        }
    }
    path.reverse();
    path.join(".")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_item(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with("- ")
}

fn content_indent(line: &str) -> usize {
    indent(line) + if is_item(line) { 2 } else { 0 }
}

fn key(line: &str) -> String {
    line.trim_start_matches([' ', '-']).split(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: dog
  namespace: dev
spec:
  template:
    spec:
      containers:
      - name: sidecar
      - args:
        - serve
        image: dog:1
---
apiVersion: v1
kind: Service
metadata:
  name: dog
  namespace: dev
";

    #[test]
    fn a_changed_object_is_headed_by_its_name_and_the_place() {
        let after = BEFORE.replace("dog:1", "dog:2");
        assert_eq!(
            difference(BEFORE, &after).unwrap(),
            "\nchanged Deployment dev/dog\n@@ spec.template.spec.containers[1] @@\n       - name: sidecar\n       - args:\n         \
             - serve\n-        image: dog:1\n+        image: dog:2\n"
        );
        let after = BEFORE.replace("- serve", "- migrate");
        assert!(difference(BEFORE, &after).unwrap().contains("@@ spec.template.spec.containers[1].args[0] @@"));
        let after = BEFORE.replace("- name: sidecar", "- env:\n          deep: 1\n        name: sidecar");
        assert!(difference(BEFORE, &after).unwrap().contains("@@ spec.template.spec.containers[0] @@"));
        let after = BEFORE.replace("kind: Deployment", "kind: Deployment\nmore: true");
        assert!(difference(BEFORE, &after).unwrap().contains("@@ . @@"));
    }

    #[test]
    fn what_many_objects_change_alike_is_told_once() {
        let object = |name: &str, version: &str, image: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    version: {version}\n  name: {name}\nimage: {image}\n"
            )
        };
        let tree = |version, image| {
            [object("a", version, "dog:1"), object("b", version, image), object("c", version, "dog:1")].join("---\n")
        };
        let (before, after) = (tree("1", "dog:1"), tree("2", "dog:1"));
        assert_eq!(
            difference(&before, &after).unwrap(),
            "\nchanged alike in 3 objects\n@@ metadata.labels @@\n-    version: 1\n+    version: 2\n  in Pod a\n  in Pod b\n  in Pod c\n"
        );
        // Another change beside it makes it this object's own; two objects are told one by one.
        let text = difference(&before, &tree("2", "dog:2")).unwrap();
        assert!(text.contains("\nchanged Pod b\n") && text.contains("+image: dog:2\n"), "{text}");
        assert!(text.contains("\nchanged Pod a\n") && !text.contains("alike"), "{text}");
    }

    #[test]
    fn objects_come_and_go() {
        let (deployment, service) = BEFORE.split_once("---\n").unwrap();
        let text = difference(deployment, service).unwrap();
        assert!(text.starts_with("\nremoved Deployment dev/dog\n-apiVersion: apps/v1\n"), "{text}");
        assert!(text.contains("\nadded Service dev/dog\n+apiVersion: v1\n"), "{text}");
    }

    #[test]
    fn an_object_that_only_moved_has_not_changed() {
        let (deployment, service) = BEFORE.split_once("---\n").unwrap();
        let swapped = format!("{service}---\n{deployment}");
        assert_eq!(difference(BEFORE, &swapped).unwrap(), "nothing changes\n");
    }
}
