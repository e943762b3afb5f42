//! `gifs`: add, list, remove, export.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::fetch::download;
use super::open_store;
use crate::config::Config;
use crate::gallery::{Entry, Limits, MANIFEST_FILE, Manifest, Outcome, Sha256, add_bundled, import};
use crate::store::{FileKind, GifRecord, Store, find_file, for_each_gif, remove_gif};

#[derive(Subcommand)]
pub enum GifsCommand {
    /// Add GIFs: a file, a directory, a URL, or `-` for standard input
    ///
    /// Each is decoded and must be an animated GIF of at most 8 MiB, 2000x2000 pixels and 500 frames. GIFs
    /// that are there already (same bytes) are reported and skipped. A directory may hold a manifest.json
    /// as written by `gifs export`. A bad file does not stop the others; the exit code is then 1.
    ///
    /// Into a container without a shell: kubectl exec -i POD -- dog-gif-app gifs add - --title "My dog" < dog.gif
    Add(AddGifs),
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

#[derive(Args)]
pub struct AddGifs {
    /// Files, directories, URLs, or `-`
    #[arg(required_unless_present = "bundled")]
    source: Vec<String>,
    /// Add the dogs that come with the program, for example after removing some or after an update
    #[arg(long, conflicts_with = "source")]
    bundled: bool,
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
}

pub fn run(config: &Config, command: GifsCommand) -> anyhow::Result<()> {
    let store = open_store(config)?;
    match command {
        GifsCommand::Add(add) if add.bundled => add_all_bundled(&store),
        GifsCommand::Add(add) => Additions::new(&store, &add).add_all(&add.source),
        GifsCommand::List { json } => list(&store, json),
        GifsCommand::Remove { slug } => remove(&store, &slug),
        GifsCommand::Export { dir } => export(&store, &dir),
    }
}

fn add_all_bundled(store: &Store) -> anyhow::Result<()> {
    let outcomes = add_bundled(store, false)?;
    let added = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::New(_))).count();
    println!("{added} added, {} there already", outcomes.len() - added);
    Ok(())
}

/// Adds GIF after GIF and remembers how it went.
struct Additions<'a> {
    store: &'a Store,
    /// What the flags say of every GIF.
    told: Entry,
    added: u32,
    duplicates: u32,
    failed: u32,
}

impl<'a> Additions<'a> {
    fn new(store: &'a Store, add: &AddGifs) -> Self {
        let told = Entry {
            title: add.title.clone(),
            alt: add.alt.clone(),
            credit: add.credit.clone(),
            license: add.license.clone(),
            source_url: add.source_url.clone(),
            ..Entry::default()
        };
        Self { store, told, added: 0, duplicates: 0, failed: 0 }
    }

    fn add_all(mut self, sources: &[String]) -> anyhow::Result<()> {
        for source in sources {
            if source == "-" {
                self.add(source, Entry { file: "dog.gif".into(), ..Entry::default() }, read_stdin());
            } else if source.starts_with("http://") || source.starts_with("https://") {
                self.add(source, entry_of_url(source), download(source));
            } else if Path::new(source).is_dir() {
                self.add_directory(Path::new(source));
            } else {
                self.add_file(Path::new(source), Entry::default());
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
        let entries = match entries_of(directory) {
            Ok(entries) => entries,
            Err(error) => return self.report_failure(&directory.display().to_string(), &error),
        };
        // Draws nothing unless standard error is a terminal.
        let progress = ProgressBar::new(entries.len() as u64);
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}");
        progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        for entry in entries {
            progress.set_message(entry.file.clone());
            progress.suspend(|| self.add_file(&directory.join(&entry.file), entry.clone()));
            progress.inc(1);
        }
        progress.finish_and_clear();
    }

    fn add_file(&mut self, path: &Path, entry: Entry) {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.add(&path.display().to_string(), Entry { file, ..entry }, read_file(path));
    }

    fn add(&mut self, source: &str, entry: Entry, bytes: anyhow::Result<Vec<u8>>) {
        let told = self.told.clone();
        let entry = Entry {
            title: told.title.or(entry.title),
            alt: told.alt.or(entry.alt),
            credit: told.credit.or(entry.credit),
            license: told.license.or(entry.license),
            source_url: told.source_url.or(entry.source_url),
            ..entry
        };
        match bytes.and_then(|bytes| Ok(import(self.store, bytes, &entry)?)) {
            Ok(Outcome::New(slug)) => {
                self.added += 1;
                println!("{source}: added as {slug}");
            }
            Ok(Outcome::Duplicate(slug)) => {
                self.duplicates += 1;
                println!("{source}: there already, as {slug}");
            }
            Err(error) => self.report_failure(source, &error),
        }
    }

    fn report_failure(&mut self, source: &str, error: &anyhow::Error) {
        self.failed += 1;
        eprintln!("{source}: {error:#}");
    }
}

/// Signatures in a query and passwords before a host are secrets: the address is kept without them.
fn entry_of_url(url: &str) -> Entry {
    let address = url.split(['?', '#']).next().unwrap_or_default();
    let file = address.rsplit('/').next().unwrap_or_default().into();
    let source_url = Some(address.to_string()).filter(|address| !address.contains('@'));
    Entry { file, source_url, ..Entry::default() }
}

/// What the manifest tells, and behind that the GIFs it does not name, by name.
fn entries_of(directory: &Path) -> anyhow::Result<Vec<Entry>> {
    let manifest = directory.join(MANIFEST_FILE);
    let mut entries = match fs::read(&manifest) {
        Ok(text) => {
            serde_json::from_slice::<Manifest>(&text)
                .with_context(|| format!("{} is not a manifest as `gifs export` writes it", manifest.display()))?
                .gifs
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", manifest.display())),
    };
    let mut others: Vec<String> = fs::read_dir(directory)
        .context("cannot be read")?
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| name.to_ascii_lowercase().ends_with(".gif") && entries.iter().all(|entry| entry.file != *name))
        .collect();
    others.sort();
    entries.extend(others.into_iter().map(|file| Entry { file, ..Entry::default() }));
    Ok(entries)
}

fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_limited(fs::File::open(path).context("cannot be read")?)
}

fn read_stdin() -> anyhow::Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        bail!("standard input is a terminal; pipe a GIF into it: dog-gif-app gifs add - < dog.gif");
    }
    read_limited(io::stdin())
}

/// One byte past the limit is enough to see that it is too much.
fn read_limited(input: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(Limits::BYTES as u64 + 1).read_to_end(&mut bytes).context("cannot be read")?;
    Ok(bytes)
}

#[derive(Serialize)]
struct Listed<'a> {
    slug: &'a str,
    title: &'a str,
    alt: &'a str,
    credit: &'a str,
    license: &'a str,
    source_url: &'a str,
    sha256: String,
    size_bytes: i64,
    width: i64,
    height: i64,
    frames: i64,
}

fn list(store: &Store, json: bool) -> anyhow::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    store.run_here(|connection| {
        for_each_gif(connection, |gif| {
            if written.is_ok() {
                written = list_one(&mut output, &gif, json);
            }
        })
    })?;
    written.and_then(|()| output.flush()).or_else(|error| match error.kind() {
        // `gifs list | head` has seen enough.
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error.into()),
    })
}

fn list_one(output: &mut impl Write, gif: &GifRecord, json: bool) -> io::Result<()> {
    let GifRecord { slug, title, alt, credit, license, source_url, width, height, frames, .. } = gif;
    if !json {
        let kilobytes = (gif.byte_size + 999) / 1000;
        return writeln!(output, "{slug:<28} {width:>4}x{height:<4} {frames:>3} frames {kilobytes:>5} kB  {title}");
    }
    let listed = Listed {
        slug,
        title,
        alt,
        credit,
        license,
        source_url,
        sha256: hex::encode(&gif.sha256),
        size_bytes: gif.byte_size,
        width: *width,
        height: *height,
        frames: *frames,
    };
    serde_json::to_writer(&mut *output, &listed)?;
    writeln!(output)
}

fn remove(store: &Store, slug: &str) -> anyhow::Result<()> {
    if !store.run_here(|connection| remove_gif(connection, slug))? {
        bail!("there is no GIF called {slug:?}; `dog-gif-app gifs list` shows what there is");
    }
    println!("removed {slug}; servers that run notice within 10 s");
    Ok(())
}

fn export(store: &Store, directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let mut records = Vec::new();
    store.run_here(|connection| for_each_gif(connection, |gif| records.push(gif)))?;
    let mut manifest = Manifest::default();
    for record in records {
        let sha256 = Sha256::try_from(record.sha256.as_slice()).context("a digest in the database is damaged")?;
        let bytes = store.run_here(|connection| find_file(connection, sha256.as_bytes(), FileKind::Animation))?;
        let Some(bytes) = bytes else { continue };
        let file = format!("{}.gif", record.slug);
        write(&directory.join(&file), &bytes)?;
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        manifest.gifs.push(Entry {
            file,
            slug: Some(record.slug),
            title: Some(record.title),
            alt: Some(record.alt),
            credit: known(record.credit),
            license: known(record.license),
            source_url: known(record.source_url),
        });
    }
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    write(&directory.join(MANIFEST_FILE), text.as_bytes())?;
    println!("{} GIFs and {MANIFEST_FILE} written to {}", manifest.gifs.len(), directory.display());
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
