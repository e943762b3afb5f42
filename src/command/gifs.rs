//! `gifs`: add, list, remove, export.

mod add;
mod export;
mod list;
mod source;

use std::path::PathBuf;

use anyhow::bail;
use clap::Subcommand;

use super::open_store::{open_to_add, open_to_look};
use crate::config::Config;
use crate::store::{Store, remove_gif};

#[derive(Subcommand)]
pub enum GifsCommand {
    /// Add GIFs: a file, a directory, a URL, or `-` for standard input
    ///
    /// Each is decoded and must be an animated GIF of at most 8 MiB, 2000x2000 pixels and 500 frames. GIFs
    /// that are there already (same bytes) are reported and skipped. A directory may hold a manifest.json
    /// as written by `gifs export`. A bad file does not stop the others; the exit code is then 1.
    ///
    /// Into a container without a shell: kubectl exec -i POD -- dog-gif-app gifs add - --title "My dog" < dog.gif
    Add(add::AddGifs),
    /// List the GIFs
    List {
        /// As JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Remove a GIF
    Remove {
        /// Name in URLs, as `gifs list` prints it
        slug: String,
    },
    /// Write all GIFs and a manifest.json into a directory, for `gifs add DIR`
    Export {
        /// Where to; made if it is not there
        dir: PathBuf,
    },
}

pub fn run(config: &Config, command: GifsCommand) -> anyhow::Result<()> {
    match command {
        GifsCommand::Add(add) if add.bundled => add::add_all_bundled(&open_to_add(config)?),
        GifsCommand::Add(add) => add::add(&open_to_add(config)?, &add),
        GifsCommand::List { json } => list::list(&open_to_look(config)?, json),
        GifsCommand::Remove { slug } => remove(&open_to_look(config)?, &slug),
        GifsCommand::Export { dir } => export::export(&open_to_look(config)?, &dir),
    }
}

fn remove(store: &Store, slug: &str) -> anyhow::Result<()> {
    if !store.on_this_thread(|connection| remove_gif(connection, slug))? {
        bail!("there is no GIF called {slug:?}; `dog-gif-app gifs list` shows what there is");
    }
    println!("removed {slug}; servers that run notice within 10 s");
    Ok(())
}
