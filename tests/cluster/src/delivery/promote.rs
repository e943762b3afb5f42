//! `make promote`: what runs in one environment, asked to run in the next.

use anyhow::{Context, Result, bail};

use super::checkout::Checkout;
use super::difference::difference;
use super::environment::{Environment, ROAD};
use super::file;
use super::order::{Order, order};
use super::render::Renderer;
use super::version::Version;

/// Copies the version file and prints what that changes; the copy is the last thing done, after the target rendered.
///
/// # Design
/// Both sides are rendered from HEAD in a directory of their own: the work tree is clean below k8s/ then, so that it says
/// the same, and a version that the chart refuses has touched no file. Whether the source is healthy is not asked here:
/// that is a commit status, which Argo CD's notifications set and the workflow waits for.
pub fn promote(checkout: &Checkout, from: &str, to: &str) -> Result<String> {
    let source = Environment::find(checkout.root(), from)?;
    let target = Environment::find(checkout.root(), to)?;
    follow_the_road(&source, &target)?;
    let changed = checkout.changed("k8s")?;
    if !changed.is_empty() {
        bail!("commit or stash first, as the difference is to show the promotion alone: {}", changed.join(", "));
    }

    let (source_file, target_file) = (source.version_file(), target.version_file());
    let version = Version::read(checkout.root(), &source_file)?;
    let present = Version::read(checkout.root(), &target_file)?;
    let history = || {
        let texts = checkout.history(&source_file)?;
        // Older bytes than today's grammar are no version that could be compared.
        Ok(texts.iter().flat_map(|text| Version::parse(text)).collect())
    };
    match order(&version, &present, history)? {
        Order::Newer => {}
        Order::Same => bail!("nothing to promote: {to} is at {present}, as {from} is"),
        Order::Older => {
            bail!("{from} is at {version}, older than {present} in {to}: to go back, `git revert` the promotion")
        }
        Order::Unknown => bail!(
            "{to} is at {present}, which {from} never ran, so that nothing says which is newer: compare them, then run \
             `make bump ENVIRONMENT={to} TAG={} DIGEST={} FORCE=true`",
            version.tag(),
            version.digest()
        ),
    }

    let renderer = Renderer::ready()?;
    let tree = tempfile::tempdir()?;
    checkout.export(&checkout.commit("HEAD")?, "k8s", tree.path())?;
    let before = renderer.render(tree.path(), &target)?;
    file::replace(&tree.path().join(&target_file), &version.to_yaml())?;
    let after = renderer
        .render(tree.path(), &target)
        .with_context(|| format!("{to} cannot run {version}, and keeps {present}"))?;
    let difference = difference(&before, &after)?;

    file::replace(&checkout.root().join(&target_file), &version.to_yaml())?;
    Ok(format!(
        "# {to}: {present} → {version}\n{difference}\n# {to} runs it once this is committed: git commit --message '{to}: Promote {} from {from}' {target_file}\n",
        version.tag()
    ))
}

/// Each environment takes versions from the one before it, and from no other.
fn follow_the_road(source: &Environment, target: &Environment) -> Result<()> {
    let (from, to) = (source.name(), target.name());
    let road = ROAD.join(" → ");
    match target.predecessor() {
        Some(predecessor) if predecessor == from => Ok(()),
        Some(predecessor) if source < target => {
            bail!("{to} would skip {predecessor}: versions travel {road}, so promote from {predecessor}")
        }
        _ => bail!("no version goes from {from} to {to}: versions travel {road}, and back by `git revert` only"),
    }
}
