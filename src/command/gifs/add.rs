//! `gifs add`: one GIF after the other; a bad one does not stop the others.

use std::ffi::OsString;
use std::path::Path;

use anyhow::bail;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::source::{Found, found_in, read_file, read_file_in, read_stdin};
use crate::command::fetch::{Address, download};
use crate::command::printable::Printable;
use crate::gallery::{Description, Entry, Outcome, add_bundled, import};
use crate::store::Store;
use crate::telemetry::in_full;

#[derive(Args)]
pub struct AddGifs {
    /// Files, directories, URLs, or `-`
    #[arg(required_unless_present = "bundled")]
    source: Vec<OsString>,
    /// Add the dogs that come with the program, for example after removing some or after an update
    #[arg(long, conflicts_with = "source")]
    pub bundled: bool,
    /// Heading; made from the file name if left out
    #[arg(long)]
    title: Option<String>,
    /// What is seen, for those who cannot see it
    #[arg(long)]
    alt: Option<String>,
    /// Who made it
    #[arg(long)]
    credit: Option<String>,
    /// Licence, best as an SPDX expression such as CC-BY-4.0
    #[arg(long)]
    license: Option<String>,
    /// Where it came from
    #[arg(long, value_name = "URL")]
    source_url: Option<String>,
    /// Also download from private, loopback and link-local addresses
    #[arg(long)]
    allow_private: bool,
}

/// Adds the dogs that come with the program.
///
/// # Errors
/// The database refuses one; then none is added.
pub fn add_all_bundled(store: &Store) -> anyhow::Result<()> {
    let outcomes = add_bundled(store, false)?;
    let added = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::New(_))).count();
    println!("{added} added, {} there already", outcomes.len() - added);
    Ok(())
}

/// Adds everything that `add` names.
///
/// # Errors
/// Something could not be added; what, was told on standard error.
pub fn add(store: &Store, add: &AddGifs) -> anyhow::Result<()> {
    Additions::new(store, add).add_all(&add.source)
}

fn progress_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Adds GIF after GIF and remembers how it went.
struct Additions<'a> {
    store: &'a Store,
    /// What the flags say of every GIF.
    description: Description,
    allow_private: bool,
    added: u32,
    duplicates: u32,
    failed: u32,
}

impl<'a> Additions<'a> {
    fn new(store: &'a Store, add: &AddGifs) -> Self {
        let description = Description {
            slug: None,
            title: add.title.clone(),
            alt: add.alt.clone(),
            credit: add.credit.clone(),
            license: add.license.clone(),
            source_url: add.source_url.clone(),
        };
        Self { store, description, allow_private: add.allow_private, added: 0, duplicates: 0, failed: 0 }
    }

    fn add_all(mut self, sources: &[OsString]) -> anyhow::Result<()> {
        for source in sources {
            if source == "-" {
                self.add("-", Entry { file: "dog.gif".into(), ..Entry::default() }, read_stdin());
            } else if let Some(address) = source.to_str().and_then(Address::parse) {
                self.add_address(&address);
            } else if Path::new(source).is_dir() {
                self.add_directory(Path::new(source));
            } else {
                let path = Path::new(source);
                self.add_file(path, Entry::default(), read_file(path));
            }
        }
        let Self { added, duplicates, failed, .. } = self;
        println!("{added} added, {duplicates} there already, {failed} failed");
        if failed > 0 {
            bail!("{failed} of {} could not be added; see above", added + duplicates + failed)
        }
        Ok(())
    }

    fn add_directory(&mut self, directory: &Path) {
        match found_in(directory) {
            Ok(found) => {
                // Seen on a terminal only.
                let progress = ProgressBar::new(found.len() as u64).with_style(progress_style());
                for Found { name, entry } in found {
                    progress.set_message(Printable(&name.to_string_lossy()).to_string());
                    progress.suspend(|| self.add_file(&directory.join(&name), entry, read_file_in(directory, &name)));
                    progress.inc(1);
                }
                progress.finish_and_clear();
            }
            Err(error) => self.report_failure(&directory.display().to_string(), &error),
        }
    }

    fn add_address(&mut self, address: &Address) {
        let description = Description { source_url: Some(address.public().into()), ..Description::default() };
        let entry = Entry { file: address.file_name().into(), description };
        self.add(address.public(), entry, download(address, self.allow_private));
    }

    fn add_file(&mut self, path: &Path, entry: Entry, bytes: anyhow::Result<Vec<u8>>) {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.add(&path.display().to_string(), Entry { file, ..entry }, bytes);
    }

    fn add(&mut self, source: &str, entry: Entry, bytes: anyhow::Result<Vec<u8>>) {
        let entry = Entry { description: self.description.clone().or(entry.description), ..entry };
        match bytes.and_then(|bytes| Ok(import(self.store, bytes, &entry)?)) {
            Ok(Outcome::New(slug)) => {
                self.added += 1;
                println!("{}: added as {slug}", Printable(source));
            }
            Ok(Outcome::Duplicate(slug)) => {
                self.duplicates += 1;
                println!("{}: there already, as {slug}", Printable(source));
            }
            Err(error) => self.report_failure(source, &error),
        }
    }

    fn report_failure(&mut self, source: &str, error: &anyhow::Error) {
        self.failed += 1;
        eprintln!("{}", Printable(&format!("{source}: {}", in_full(error.as_ref()))));
    }
}
