//! Puts a backup into a database.

use std::io::{Read, Seek, SeekFrom};

use super::source::{Source, verify};
use super::{BackupError, Facts};
use crate::gallery::{Bundled, Sha256, bundled};
use crate::store::{
    AnyConnection, Contents, Error, GifRecord, Store, StoredGif, atomically, claim_catalogue, for_each_gif, put_gif,
    raise_visits, read_snapshot, remove_all_gifs, renew_catalogue, reserve_ids, total_visits,
};

/// What a restore came to.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub facts: Facts,
    /// The count, which is greater than the backup's if the database had come further.
    pub visits: i64,
}

/// Replaces the GIFs in the database by those of a backup, and raises the count to the backup's. Everything in the
/// backup is verified before the database is touched; then it is one transaction.
///
/// Without `force`, only a database where nothing can be lost is taken: no visits, and no GIFs other than bundled
/// ones as they came.
///
/// # Errors
/// What is wrong with the backup, or with the database; then the database is as it was.
pub fn restore(store: &Store, mut backup: impl Read + Seek, force: bool) -> Result<Restored, BackupError> {
    verify(&mut backup)?;
    backup.seek(SeekFrom::Start(0))?;
    // Verified once more on the way, as a file may change between two looks.
    let mut source = Source::open(backup)?;
    let facts = source.facts.clone();
    let visits = store.on_this_thread(|connection| {
        atomically(connection, |connection| {
            claim_catalogue(connection)?;
            if !force {
                ensure_nothing_to_lose(connection)?;
            }
            renew_catalogue(connection, facts.catalogue_version)?;
            remove_all_gifs(connection)?;
            while let Some(gif) = source.next_gif()? {
                put_gif(connection, &gif)?;
            }
            reserve_ids(connection, facts.highest_gif_id)?;
            // Last, as visits wait from here on.
            raise_visits(connection, store.highest_acknowledged().map_or(facts.visits, |known| known.max(facts.visits)))
        })
    })?;
    Ok(Restored { facts, visits })
}

/// Reads every GIF back out of the database and compares digests; returns what there is.
///
/// # Errors
/// The database cannot be read, or a GIF is not what it was.
pub fn verify_restored(store: &Store) -> Result<Contents, BackupError> {
    Ok(store.on_this_thread(|connection| {
        read_snapshot(connection, |snapshot| {
            while let Some(StoredGif { record, animation, .. }) = snapshot.next_gif()? {
                if record.facts.sha256 != Sha256::of(&animation).as_bytes() {
                    return Err(BackupError::DamagedDatabase(record.texts.slug).into());
                }
            }
            Ok(snapshot.contents)
        })
    })?)
}

fn ensure_nothing_to_lose(connection: &mut AnyConnection) -> Result<(), Error> {
    let visits = total_visits(connection)?;
    let mut gifs = 0;
    for_each_gif(connection, |gif| gifs += usize::from(!bundled().any(|dog| is_untouched(&gif, dog))))?;
    if visits > 0 || gifs > 0 {
        return Err(BackupError::Occupied { gifs, visits }.into());
    }
    Ok(())
}

/// Whether a row is a bundled dog with the texts it came with.
fn is_untouched(gif: &GifRecord, dog: &Bundled) -> bool {
    gif.facts.sha256 == dog.sha256.as_bytes() && gif.texts == dog.entry.description.clone().texts(&dog.entry.file)
}
