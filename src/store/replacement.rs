//! Puts other contents in the place of those that are there: all of them, or nothing.
//!
//! # Design
//! One transaction on either backend. It begins with the catalogue's version, which makes others that change the
//! catalogue wait, and ends with the counter, so that on MySQL visits are counted until just before the commit
//! (SQLite has one writer: there they wait or are refused meanwhile). A server that bounds transactions (group
//! replication at 150 MB by default, Galera at 2 GB) refuses larger contents as a whole; a way in several
//! transactions would show visitors half a catalogue when it broke.
//!
//! The counter is only ever raised: whoever was given a number keeps it as the only one. The rows of
//! `visit_writers` are no contents: they belong to connections of this database, and one that is not sure of its
//! last batch must find its row as it left it.

use diesel::prelude::*;

use super::gifs::{CATALOGUE, bump_version};
use super::schema::{catalogue, gif_files, gifs};
use super::{AnyConnection, Error, GifFacts, GifRecord, GifTexts, StoredGif, catalogue_version};

/// The version leaps by so much when everything is replaced: more GIFs never come and go between two looks.
const LEAP: i64 = 1 << 32;

/// Makes others that change the catalogue wait.
///
/// # Errors
/// The statement fails, or someone else holds the catalogue for too long.
pub fn claim_catalogue(connection: &mut AnyConnection) -> Result<(), Error> {
    bump_version(connection)
}

/// Makes servers read all of the catalogue anew once this is committed: its version becomes greater than it was, and
/// greater than `version`.
///
/// # Errors
/// A statement fails.
pub fn renew_catalogue(connection: &mut AnyConnection, version: i64) -> Result<(), Error> {
    let version = catalogue_version(connection)?.max(version) + LEAP;
    diesel::update(catalogue::table.find(CATALOGUE)).set(catalogue::version.eq(version)).execute(connection)?;
    Ok(())
}

/// Removes every GIF with its bytes.
///
/// # Errors
/// The statement fails.
pub fn remove_all_gifs(connection: &mut AnyConnection) -> Result<(), Error> {
    // The rows of the bytes go with them (ON DELETE CASCADE).
    diesel::delete(gifs::table).execute(connection)?;
    Ok(())
}

/// Puts a GIF back, under the id it had.
///
/// # Errors
/// A statement fails.
pub fn put_gif(connection: &mut AnyConnection, gif: &StoredGif) -> Result<(), Error> {
    let StoredGif { record, animation, still } = gif;
    diesel::insert_into(gifs::table).values(record).execute(connection)?;
    diesel::insert_into(gif_files::table)
        .values((gif_files::gif_id.eq(record.id), gif_files::animation.eq(animation), gif_files::still.eq(&[][..])))
        .execute(connection)?;
    // Two statements, so that each stays below the smallest default packet size, 16 MB.
    diesel::update(gif_files::table.find(record.id)).set(gif_files::still.eq(still)).execute(connection)?;
    Ok(())
}

/// Sees to it that ids up to `highest` are not given to new GIFs, now that the GIFs are in.
///
/// # Errors
/// A statement fails.
pub fn reserve_ids(connection: &mut AnyConnection, highest: i64) -> Result<(), Error> {
    let highest_now: Option<i64> = gifs::table.select(diesel::dsl::max(gifs::id)).get_result(connection)?;
    if highest_now.unwrap_or(0) >= highest {
        return Ok(());
    }
    // A row that comes and goes moves the sequence on both backends; setting it would be DDL on MySQL, which
    // commits on its own and needs rights that a server's account does not have. "-" is nobody's slug.
    let texts = GifTexts { slug: "-".into(), ..GifTexts::default() };
    let facts = GifFacts { sha256: vec![0; 32], ..GifFacts::default() };
    diesel::insert_into(gifs::table).values(GifRecord { id: highest, texts, facts }).execute(connection)?;
    diesel::delete(gifs::table.find(highest)).execute(connection)?;
    Ok(())
}
