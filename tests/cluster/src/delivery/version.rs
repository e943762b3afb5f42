//! What version.yaml says: one image, by tag for people and by digest for the cluster.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// An image that an environment runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    tag: String,
    digest: String,
}

impl Version {
    /// Refuses what no registry would accept as tag or digest, and the tag that means a different image every day.
    pub fn new(tag: &str, digest: &str) -> Result<Self> {
        if tag == "latest" {
            bail!("the tag `latest` names whatever was pushed last, so that nobody can say what runs: give a version");
        }
        if !is_tag(tag) {
            bail!(
                "`{tag}` is no image tag: a tag has 1 to 128 letters, digits, `_`, `.` or `-`, and begins with none of the last two"
            );
        }
        if !is_label(tag) {
            bail!(
                "the tag `{tag}` cannot be a label of the pods: Kubernetes wants at most 63 characters, a letter or digit first and last"
            );
        }
        if !is_digest(digest) {
            bail!(
                "`{digest}` is no digest: it is `sha256:` and 64 lower-case hexadecimal digits; `crane digest IMAGE` prints it"
            );
        }
        Ok(Self { tag: tag.to_owned(), digest: digest.to_owned() })
    }

    /// Reads a version file; `name` is how messages call it.
    pub fn read(tree: &Path, name: &str) -> Result<Self> {
        let text = fs::read_to_string(tree.join(name)).with_context(|| format!("cannot read {name}"))?;
        Self::parse(&text).with_context(|| format!("{name} is not what `make bump` writes"))
    }

    /// Reads what [`Version::to_yaml`] wrote, and refuses any other bytes: an edit by hand would get lost in a promotion.
    pub fn parse(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct File {
            image: Image,
        }
        #[derive(Deserialize)]
        struct Image {
            tag: String,
            digest: Option<String>,
        }
        let File { image } = serde_yaml_ng::from_str(text).map_err(|_| {
            anyhow::anyhow!(
                "it needs `image.tag` and `image.digest`: restore it with git, or write it with `make bump`"
            )
        })?;
        let digest = image.digest.unwrap_or_default();
        if digest.is_empty() {
            bail!("the tag `{}` has no digest: write both with `make bump`", image.tag);
        }
        let version = Self::new(&image.tag, &digest)?;
        if version.to_yaml() != text {
            bail!("somebody edited it by hand: restore it with git, or write it with `make bump`");
        }
        Ok(version)
    }

    /// The file, always in the same bytes for the same version.
    pub fn to_yaml(&self) -> String {
        // Quoted, as 1.10 is a number to YAML; a tag cannot hold a quote.
        format!(
            "# Written by `make bump` and `make promote`, and by nothing else.\nimage:\n  tag: \"{}\"\n  digest: {}\n",
            self.tag, self.digest
        )
    }

    pub fn tag(&self) -> &str {
        &self.tag
    }

    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As much of the digest as docker shows of an image's.
        write!(formatter, "{} (sha256:{}…)", self.tag, &self.digest["sha256:".len()..][..12])
    }
}

/// The grammar of the OCI distribution specification: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(tag: &str) -> bool {
    tag.len() <= 128
        && tag.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && tag.chars().all(|character| character.is_ascii_alphanumeric() || "._-".contains(character))
}

/// The chart puts the tag into `app.kubernetes.io/version`. The characters of a tag are a label's.
fn is_label(tag: &str) -> bool {
    let edge = |character: char| character.is_ascii_alphanumeric();
    tag.len() <= 63 && tag.starts_with(edge) && tag.ends_with(edge)
}

fn is_digest(digest: &str) -> bool {
    digest
        .strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0426ec38c7a10aa45ba383887df7878f74ee70e2fd589c7b69207f3577901903";

    #[test]
    fn the_file_has_these_bytes_and_no_others() {
        let text = format!(
            "# Written by `make bump` and `make promote`, and by nothing else.\nimage:\n  tag: \"0.1.0\"\n  digest: {DIGEST}\n"
        );
        let version = Version::new("0.1.0", DIGEST).unwrap();
        assert_eq!(version.to_yaml(), text);
        assert_eq!(Version::parse(&text).unwrap(), version);
        let edited = text.replace("\"0.1.0\"", "0.1.0");
        assert!(Version::parse(&edited).unwrap_err().to_string().contains("by hand"));
        assert!(Version::parse("image: 7\n").unwrap_err().to_string().contains("image.digest"));
    }

    #[test]
    fn a_tag_without_a_digest_is_no_version() {
        for digest in ["", "  digest:\n", "  digest: \"\"\n"] {
            let error = Version::parse(&format!("image:\n  tag: \"0.1.0\"\n{digest}")).unwrap_err();
            assert!(error.to_string().starts_with("the tag `0.1.0` has no digest"), "{error}");
        }
    }

    #[test]
    fn tags_follow_the_grammar_and_make_labels() {
        let long = "a".repeat(63);
        for tag in ["0.1.0", "v1.2.3-rc.1", "1.10", "main-20261124-3a46868", &long] {
            Version::new(tag, DIGEST).unwrap();
        }
        let (longer, longest) = ("a".repeat(64), "a".repeat(129));
        for tag in
            ["", "latest", "-a", ".a", "a b", "a/b", "a:b", "1.0+5", "a\"", "ü", "a\n", "_a", "a-", &longer, &longest]
        {
            assert!(Version::new(tag, DIGEST).is_err(), "{tag:?} was accepted");
        }
    }

    #[test]
    fn digests_are_sha256_in_lower_case() {
        let (upper, short, long) = (DIGEST.to_uppercase(), &DIGEST[..70], format!("{DIGEST}0"));
        for digest in ["", "sha256:", &DIGEST[7..], short, &long, &upper, &DIGEST.replace("sha256", "sha512")] {
            assert!(Version::new("0.1.0", digest).is_err(), "{digest:?} was accepted");
        }
    }
}
