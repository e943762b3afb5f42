//! `make bump`: what CI calls when it has built an image.

use anyhow::{Result, bail};

use super::checkout::Checkout;
use super::environment::Environment;
use super::file;
use super::version::Version;

/// Writes the version file of an environment; the same version again writes nothing.
///
/// # Design
/// An environment with a predecessor is refused: what was never in staging would be in production. `force` is the one
/// way around it, for the day on which dev itself is what is broken; the commit still says who did it.
pub fn bump(checkout: &Checkout, environment: &str, tag: &str, digest: &str, force: bool) -> Result<String> {
    let environment = Environment::find(checkout.root(), environment)?;
    let version = Version::new(tag, digest)?;
    if let (Some(predecessor), false) = (environment.predecessor(), force) {
        let name = environment.name();
        bail!(
            "{name} gets its versions from {predecessor}: run `make promote FROM={predecessor} TO={name}`, or say FORCE=true if you mean it"
        );
    }
    let name = environment.name();
    let path = environment.version_file();
    if Version::read(checkout.root(), &path).is_ok_and(|present| present == version) {
        return Ok(format!("{name} is at {version} already\n"));
    }
    file::replace(&checkout.root().join(&path), &version.to_yaml())?;
    Ok(format!("{name} is at {version} once this is committed: git commit --message '{name}: Run {tag}' {path}\n"))
}
