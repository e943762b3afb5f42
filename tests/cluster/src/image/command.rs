//! `cluster image …`: writes one archive and prints its digest.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::stand_in::{self, Fault};
use super::{Image, mysql, nix, program, references, tools};

/// Assembles an image as an archive that `ctr --namespace k8s.io images import` takes
#[derive(Debug, Args)]
pub struct Command {
    #[command(subcommand)]
    which: Which,
    /// The archive
    #[arg(long, global = true, default_value = "image.tar")]
    output: PathBuf,
    /// The repository in the image's name; it is named by tag and by digest
    #[arg(long, global = true, default_value = "localhost/image")]
    repository: String,
    #[arg(long, global = true, default_value = "local")]
    tag: String,
    /// Further names, such as one with the digest that a registry would have
    #[arg(long, global = true)]
    reference: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Which {
    /// The program, from a cargo build or from Nix
    Program {
        /// What `cargo build` made
        #[arg(long, required_unless_present = "nix", conflicts_with = "nix")]
        binary: Option<PathBuf>,
        /// The result of `nix build .#image` (a file) or `.#image-oci` (a directory)
        #[arg(long)]
        nix: Option<PathBuf>,
        #[arg(long)]
        revision: Option<String>,
        /// Broken in one way
        #[arg(long)]
        fault: Option<Fault>,
    },
    /// MySQL, from Debian's packages
    Mysql {
        #[arg(long, default_value = ".")]
        checkout: PathBuf,
    },
    /// What holds a pod open
    Pause,
    /// The client of probe pods
    Tools {
        #[arg(long, default_value = ".")]
        checkout: PathBuf,
    },
}

impl Command {
    pub fn run(&self) -> Result<()> {
        let image = self.image()?;
        let mut names = references(&self.repository, &self.tag, image.digest().as_str());
        names.extend(self.reference.iter().cloned());
        println!("{}", image.write(&self.output, &names)?);
        Ok(())
    }

    fn image(&self) -> Result<Image> {
        let scratch = std::env::temp_dir().join(format!("dog-gif-app-image-{}", std::process::id()));
        let image = match &self.which {
            Which::Program { binary, nix, revision, fault } => {
                let image = match (nix, binary) {
                    (Some(output), _) if output.is_dir() => nix::from_layout(output)?,
                    (Some(archive), _) => nix::from_docker_archive(archive)?,
                    (None, Some(binary)) => program::from_cargo(binary, &self.tag, "unknown")?,
                    (None, None) => unreachable!("clap asks for one of them"),
                };
                let image = match revision {
                    Some(revision) => image.with_revision(revision)?,
                    None => image,
                };
                match fault {
                    Some(fault) => image.with_fault(*fault, &scratch)?,
                    None => image,
                }
            }
            Which::Mysql { checkout } => mysql::image(&mysql::packages(checkout)?)?,
            Which::Pause => stand_in::pause(&scratch)?,
            Which::Tools { checkout } => tools::image(&mysql::busybox(&mysql::packages(checkout)?)?)?,
        };
        if scratch.exists() {
            std::fs::remove_dir_all(&scratch)?;
        }
        Ok(image)
    }
}
