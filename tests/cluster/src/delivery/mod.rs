//! The version of an environment: written to Git, promoted along the road, rendered as Argo CD renders it, compared.
//! Knows Git, kustomize and Helm; knows no cluster, as whoever changes a version needs none.

mod bump;
pub(crate) mod checkout;
mod difference;
mod environment;
pub(crate) mod file;
mod manifests;
mod order;
mod promote;
mod render;
mod version;

use std::io::{self, Write};

use anyhow::{Result, bail};
use clap::Subcommand;

use checkout::Checkout;
use difference::difference;
use environment::Environment;
use render::Renderer;

/// What `make bump`, `make promote`, `make render` and `make diff` call.
///
/// # Design
/// Every argument is also read from the variable that its Makefile target is given: make exports what stands on its
/// command line, so that no shell ever sees a value unquoted. One that is empty is missing (`TAG=$TAG` in a script that
/// never set it), which clap would let pass; hence the defaults.
#[derive(Debug, Subcommand)]
pub enum Delivery {
    /// Write an image into an environment's version.yaml
    Bump {
        #[arg(long, env = "ENVIRONMENT", default_value = "", hide_default_value = true)]
        environment: String,
        /// The image's tag, for people
        #[arg(long, env = "TAG", default_value = "", hide_default_value = true)]
        tag: String,
        /// The image's digest, for the cluster: sha256:<64 hex>
        #[arg(long, env = "DIGEST", default_value = "", hide_default_value = true)]
        digest: String,
        /// Also where versions come by promotion only: true, or false as if it were not given
        #[arg(long, env = "FORCE", default_value = "", default_missing_value = "true", num_args = 0..=1)]
        #[arg(require_equals = true, hide_default_value = true)]
        force: String,
    },
    /// Copy one environment's version.yaml to the next: dev → staging → production
    Promote {
        #[arg(long, env = "FROM", default_value = "", hide_default_value = true)]
        from: String,
        #[arg(long, env = "TO", default_value = "", hide_default_value = true)]
        to: String,
    },
    /// Print an environment's manifests as Argo CD makes them
    Render {
        #[arg(long, env = "ENVIRONMENT", default_value = "", hide_default_value = true)]
        environment: String,
    },
    /// Print what the work tree changes in every environment since a commit, origin/main if none is given
    Diff {
        #[arg(long, env = "BASE", default_value = "", hide_default_value = true)]
        base: String,
    },
}

impl Delivery {
    /// Does it, and prints what there is to read. On an error nothing was written.
    pub fn run(self) -> Result<()> {
        let text = match self {
            Self::Bump { environment, tag, digest, force } => {
                given(
                    "make bump ENVIRONMENT=dev TAG=0.2.0 DIGEST=sha256:…",
                    &[("ENVIRONMENT", &environment), ("TAG", &tag), ("DIGEST", &digest)],
                )?;
                bump::bump(&Checkout::here()?, &environment, &tag, &digest, is_true("FORCE", &force)?)
            }
            Self::Promote { from, to } => {
                given("make promote FROM=dev TO=staging", &[("FROM", &from), ("TO", &to)])?;
                promote::promote(&Checkout::here()?, &from, &to)
            }
            Self::Render { environment } => {
                given("make render ENVIRONMENT=dev", &[("ENVIRONMENT", &environment)])?;
                let checkout = Checkout::here()?;
                let environment = Environment::find(checkout.root(), &environment)?;
                Renderer::ready()?.render(checkout.root(), &environment)
            }
            Self::Diff { base } => diff(&Checkout::here()?, if base.is_empty() { "origin/main" } else { &base }),
        }?;
        match io::stdout().write_all(text.as_bytes()) {
            // The reader (`head`, say) has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
}

/// Refuses arguments that are missing, all at once.
pub(crate) fn given(example: &str, arguments: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<_> = arguments.iter().filter(|(_, value)| value.is_empty()).map(|(name, _)| *name).collect();
    match missing.split_last() {
        None => Ok(()),
        Some((one, [])) => bail!("{one} is missing: say `{example}`"),
        Some((last, others)) => bail!("{} and {last} are missing: say `{example}`", others.join(", ")),
    }
}

pub(crate) fn is_true(name: &str, value: &str) -> Result<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" | "" => Ok(false),
        _ => bail!("{name} is `{value}`, which means neither yes nor no: say {name}=true, or leave it out"),
    }
}

fn diff(checkout: &Checkout, base: &str) -> Result<String> {
    let base = checkout.commit(base)?;
    let renderer = Renderer::ready()?;
    let before = tempfile::tempdir()?;
    checkout.export(&base, "k8s", before.path())?;

    // Environments that one side alone has are all there is to say about them.
    let mut environments = Environment::all(checkout.root())?;
    environments.extend(Environment::all(before.path())?);
    environments.sort();
    environments.dedup();

    let mut text = String::new();
    for environment in environments {
        let old = renderer.render_if_present(before.path(), &environment)?;
        let new = renderer.render_if_present(checkout.root(), &environment)?;
        // A blank line between two environments.
        let gap = if text.is_empty() { "" } else { "\n" };
        text += &format!("{gap}# {}\n{}", environment.name(), difference(&old, &new)?);
    }
    Ok(text)
}
