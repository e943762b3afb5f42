//! What changes between two renderings, for a reader: object by object, each hunk under its place in the object.

use anyhow::Result;
use similar::{ChangeTag, TextDiff};

use super::manifests::{Manifest, manifests};

/// Unchanged lines shown around a change, as `diff -u` does.
const CONTEXT_LINES: usize = 3;

/// A unified difference headed by kind, namespace and name; one sentence if there is none.
///
/// # Design
/// Nothing is hidden, also of Secrets: none is rendered (External Secrets brings them), and a reader who is shown less
/// than what is applied reads in vain.
pub fn difference(before: &str, after: &str) -> Result<String> {
    let (before, after) = (manifests(before)?, manifests(after)?);
    let find = |among: &[Manifest<'_>], wanted: &Manifest<'_>| among.iter().position(|other| other.id == wanted.id);

    let mut text = String::new();
    for old in &before {
        match find(&after, old) {
            None => text += &object("removed", old, old.text, ""),
            Some(place) if after[place].text.trim_end() != old.text.trim_end() => {
                text += &object("changed", old, old.text, after[place].text);
            }
            Some(_) => {}
        }
    }
    for new in after.iter().filter(|new| find(&before, new).is_none()) {
        text += &object("added", new, "", new.text);
    }
    if text.is_empty() {
        text += "nothing changes\n";
    }
    Ok(text)
}

fn object(what: &str, manifest: &Manifest<'_>, before: &str, after: &str) -> String {
    let mut text = format!("\n{what} {}\n", manifest.id);
    // The last object of a rendering ends with a newline, the others do not.
    let (before, after) = (before.trim_end(), after.trim_end());
    let difference = TextDiff::from_lines(before, after);
    for operations in difference.grouped_ops(CONTEXT_LINES) {
        let changes: Vec<_> = operations.iter().flat_map(|operation| difference.iter_changes(operation)).collect();
        if let Some(first) = changes.iter().find(|change| change.tag() != ChangeTag::Equal) {
            let place = match (first.old_index(), first.new_index()) {
                (Some(index), _) => place(before, index),
                (None, Some(index)) => place(after, index),
                (None, None) => String::new(),
            };
            if !before.is_empty() && !after.is_empty() {
                text += &format!("@@ {} @@\n", if place.is_empty() { "." } else { &place });
            }
        }
        for change in changes {
            text += &format!("{}{}\n", change.tag(), change.value().trim_end_matches('\n'));
        }
    }
    text
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
