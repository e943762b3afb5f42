//! Writes a backup.

use std::io::{BufWriter, Write};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::archive::ArchiveWriter;
use super::{BackupError, FACTS_FILE, FORMAT, Facts, entry_name};
use crate::gallery::Sha256;
use crate::store::{Contents, Store, StoredGif, read_snapshot};

/// Few writes, each worth its while.
const BUFFER_BYTES: usize = 256 * 1024;

/// Writes everything that the database holds at this moment to `output`; `now` goes into the file.
///
/// # Errors
/// The database cannot be read, or `output` not be written, or a GIF's bytes are not what they were: a backup that
/// could not be restored is not made.
pub fn back_up(store: &Store, output: impl Write, now: OffsetDateTime) -> Result<Facts, BackupError> {
    let modified = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    let mut archive = ArchiveWriter::new(BufWriter::with_capacity(BUFFER_BYTES, output), modified);
    let facts = store.on_this_thread(|connection| {
        read_snapshot(connection, |snapshot| {
            let facts = facts_of(&snapshot.contents, store.backend().name(), now);
            add_json(&mut archive, FACTS_FILE, &facts)?;
            while let Some(gif) = snapshot.next_gif()? {
                add_gif(&mut archive, &gif)?;
            }
            Ok(facts)
        })
    })?;
    archive.seal()?;
    Ok(facts)
}

fn facts_of(contents: &Contents, database: &str, now: OffsetDateTime) -> Facts {
    let Contents { visits, gifs, catalogue_version, highest_gif_id } = *contents;
    let made_at = now.replace_nanosecond(0).unwrap_or(now).format(&Rfc3339).unwrap_or_default();
    let (program, database) = (crate::VERSION.into(), database.into());
    Facts { format: FORMAT, made_at, program, database, visits, gifs, catalogue_version, highest_gif_id }
}

fn add_gif(archive: &mut ArchiveWriter<impl Write>, gif: &StoredGif) -> Result<(), BackupError> {
    let StoredGif { record, animation, still } = gif;
    let slug = &record.texts.slug;
    if record.facts.sha256 != Sha256::of(animation).as_bytes() {
        return Err(BackupError::DamagedDatabase(slug.clone()));
    }
    add_json(archive, &entry_name(slug, "json"), record)?;
    archive.add(&entry_name(slug, "gif"), animation)?;
    archive.add(&entry_name(slug, "png"), still)?;
    Ok(())
}

fn add_json(
    archive: &mut ArchiveWriter<impl Write>,
    name: &str,
    value: &impl serde::Serialize,
) -> Result<(), BackupError> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)? + "\n";
    Ok(archive.add(name, text.as_bytes())?)
}
