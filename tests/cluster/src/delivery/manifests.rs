//! Rendered manifests, object by object.

use anyhow::{Context, Result};
use serde::Deserialize;

/// One object of a rendered environment.
#[derive(Debug)]
pub struct Manifest<'text> {
    pub id: Id,
    /// Its YAML, as kustomize prints it: keys in alphabetical order.
    pub text: &'text str,
}

/// What makes an object the same one before and after a change.
///
/// # Design
/// The group without its version: an object that moves from v1beta1 to v1 has changed, and is no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id {
    group: String,
    kind: String,
    namespace: Option<String>,
    name: String,
}

impl std::fmt::Display for Id {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(formatter, "{namespace}/")?;
        }
        formatter.write_str(&self.name)
    }
}

/// Takes apart what kustomize printed.
pub fn manifests(rendered: &str) -> Result<Vec<Manifest<'_>>> {
    #[derive(Deserialize)]
    struct Object {
        #[serde(rename = "apiVersion")]
        api_version: String,
        kind: String,
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        name: String,
        namespace: Option<String>,
    }
    // A `---` inside of a value is indented.
    rendered
        .split("\n---\n")
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            let Object { api_version, kind, metadata } = serde_yaml_ng::from_str(text)
                .with_context(|| format!("kustomize printed something that is no object:\n{text}"))?;
            let group = api_version.rsplit_once('/').map_or("", |(group, _)| group).to_owned();
            Ok(Manifest { id: Id { group, kind, namespace: metadata.namespace, name: metadata.name }, text })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_apart_by_group_kind_namespace_and_name() {
        let rendered = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n---\napiVersion: apps/v1\nkind: Deployment\n\
                        metadata:\n  name: b\n  namespace: a\nspec:\n  text: |\n    ---\n    more\n";
        let manifests = manifests(rendered).unwrap();
        let ids: Vec<_> = manifests.iter().map(|manifest| manifest.id.to_string()).collect();
        assert_eq!(ids, ["Namespace a", "Deployment a/b"]);
        assert_eq!(manifests[1].id.group, "apps");
        assert!(manifests[1].text.ends_with("more\n"));
        assert!(super::manifests("").unwrap().is_empty());
    }
}
