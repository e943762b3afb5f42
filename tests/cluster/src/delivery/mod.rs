//! The version of an environment: written to Git, promoted along the road, rendered as Argo CD renders it, compared.
//! Knows Git, kustomize and Helm; knows no cluster, as whoever changes a version needs none.

mod bump;
mod checkout;
mod difference;
mod environment;
mod file;
mod manifests;
mod order;
mod promote;
mod render;
mod version;

use std::io::{self, Write};

use anyhow::Result;
use clap::Subcommand;

use checkout::Checkout;
use difference::difference;
use environment::Environment;
use render::Renderer;

/// What `make bump`, `make promote`, `make render` and `make diff` call.
///
/// # Design
/// Every argument is also read from the variable that its Makefile target is given: make exports what stands on its
/// command line, so that no shell ever sees a value unquoted.
#[derive(Debug, Subcommand)]
pub enum Delivery {
    /// Write an image into an environment's version.yaml
    Bump {
        #[arg(long, env = "ENVIRONMENT")]
        environment: String,
        /// The image's tag, for people
        #[arg(long, env = "TAG")]
        tag: String,
        /// The image's digest, for the cluster: sha256:<64 hex>
        #[arg(long, env = "DIGEST")]
        digest: String,
        /// Also where versions come by promotion only
        #[arg(long, env = "FORCE")]
        force: bool,
    },
    /// Copy one environment's version.yaml to the next: dev → staging → production
    Promote {
        #[arg(long, env = "FROM")]
        from: String,
        #[arg(long, env = "TO")]
        to: String,
    },
    /// Print an environment's manifests as Argo CD makes them
    Render {
        #[arg(long, env = "ENVIRONMENT")]
        environment: String,
    },
    /// Print what the work tree changes in every environment since a commit
    Diff {
        #[arg(long, env = "BASE", default_value = "origin/main")]
        base: String,
    },
}

impl Delivery {
    /// Does it, and prints what there is to read. On an error nothing was written.
    pub fn run(self) -> Result<()> {
        let checkout = Checkout::here()?;
        let text = match self {
            Self::Bump { environment, tag, digest, force } => bump::bump(&checkout, &environment, &tag, &digest, force),
            Self::Promote { from, to } => promote::promote(&checkout, &from, &to),
            Self::Render { environment } => {
                let environment = Environment::find(checkout.root(), &environment)?;
                Renderer::find()?.render(checkout.root(), &environment)
            }
            Self::Diff { base } => diff(&checkout, &base),
        }?;
        match io::stdout().write_all(text.as_bytes()) {
            // The reader (`head`, say) has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
}

fn diff(checkout: &Checkout, base: &str) -> Result<String> {
    let base = checkout.commit(base)?;
    let renderer = Renderer::find()?;
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
        text += &format!("# {}\n", environment.name());
        text += &difference(&old, &new)?;
    }
    Ok(text)
}
