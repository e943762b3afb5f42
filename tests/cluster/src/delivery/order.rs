//! Which of two versions is the newer one.

use anyhow::{Result, bail};
use semver::Version as SemanticVersion;

use super::version::Version;

/// How the version of the source stands to the target's.
#[derive(Debug, PartialEq, Eq)]
pub enum Order {
    Newer,
    Older,
    /// The same image, whatever its tag.
    Same,
    /// Nothing says so: the target runs what the source never ran.
    Unknown,
}

/// Compares, and asks for the source's history (oldest first) only if the tags do not tell.
///
/// # Design
/// Two releases have an order that everybody knows, also after the file's history was rewritten. A tag made of a commit
/// has none; there Git knows which version the source ran first. A time in the image would be a third way, and would
/// need a registry to answer, with credentials, wherever this runs.
pub fn order(source: &Version, target: &Version, history: impl FnOnce() -> Result<Vec<Version>>) -> Result<Order> {
    if source.digest() == target.digest() {
        return Ok(Order::Same);
    }
    if let (Some(source), Some(target)) = (release(source), release(target)) {
        match source.cmp_precedence(&target) {
            std::cmp::Ordering::Greater => return Ok(Order::Newer),
            std::cmp::Ordering::Less => return Ok(Order::Older),
            // Built twice under one tag.
            std::cmp::Ordering::Equal => {}
        }
    }
    let history = history()?;
    let begin = |wanted: &Version| history.iter().position(|version| version.digest() == wanted.digest());
    match (begin(source), begin(target)) {
        (None, _) => bail!("the version to promote is in no commit: commit it first"),
        (Some(_), None) => Ok(Order::Unknown),
        // First seen, not last: a version that the source went back to is not newer than the one it left.
        (Some(source), Some(target)) if source > target => Ok(Order::Newer),
        _ => Ok(Order::Older),
    }
}

/// The tag as a version with an order.
fn release(version: &Version) -> Option<SemanticVersion> {
    let tag = version.tag();
    let release = SemanticVersion::parse(tag.strip_prefix('v').unwrap_or(tag)).ok()?;
    // `git describe` puts 0.1.0-9-g1a2b3c4 after 0.1.0, SemVer puts it before, and after 0.1.0-10-g5d6e7f8.
    (!release.pre.contains('-')).then_some(release)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(tag: &str, number: u8) -> Version {
        Version::new(tag, &format!("sha256:{number:064x}")).unwrap()
    }

    fn compare(source: &Version, target: &Version, history: &[&Version]) -> Order {
        order(source, target, || Ok(history.iter().copied().cloned().collect())).unwrap()
    }

    #[test]
    fn releases_are_ordered_by_precedence_without_a_history() {
        let by_tag = |source, target| {
            order(&version(source, 1), &version(target, 2), || panic!("the tags of {source} and {target} tell"))
                .unwrap()
        };
        assert_eq!(by_tag("0.2.0", "0.1.9"), Order::Newer);
        assert_eq!(by_tag("0.10.0", "0.9.0"), Order::Newer);
        assert_eq!(by_tag("v1.0.0", "1.0.0-rc.2"), Order::Newer);
        assert_eq!(by_tag("0.1.0", "0.2.0"), Order::Older);
    }

    #[test]
    fn one_image_under_two_tags_is_the_same() {
        assert_eq!(compare(&version("0.2.0", 1), &version("0.1.0", 1), &[]), Order::Same);
    }

    #[test]
    fn other_tags_are_ordered_by_what_the_source_ran_first() {
        let (a, b, c) = (version("main-a", 1), version("main-b", 2), version("main-c", 3));
        assert_eq!(compare(&c, &a, &[&a, &b, &c]), Order::Newer);
        assert_eq!(compare(&c, &version("hotfix", 4), &[&a, &b, &c]), Order::Unknown);
        // Reverted in the source: b is what it left.
        assert_eq!(compare(&a, &b, &[&a, &b, &a]), Order::Older);
        assert!(order(&c, &a, || Ok(vec![a.clone()])).is_err());
    }

    #[test]
    fn what_git_describes_is_not_ordered_as_a_release() {
        let (nine, ten) = (version("0.1.0-9-g1a2b3c4", 1), version("0.1.0-10-g5d6e7f8", 2));
        assert_eq!(compare(&ten, &nine, &[&nine, &ten]), Order::Newer);
    }

    #[test]
    fn a_release_built_again_is_newer() {
        let (first, second) = (version("0.1.0", 1), version("0.1.0", 2));
        assert_eq!(compare(&second, &first, &[&first, &second]), Order::Newer);
    }
}
