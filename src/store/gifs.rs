//! The GIFs' rows and bytes. Bytes are read one file at a time and never with a list.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::atomically::atomically;
use super::schema::{catalogue, gif_files, gifs};
use super::{AnyConnection, Error};

/// The catalogue's only row.
pub(super) const CATALOGUE: i64 = 1;

/// Rows per query when the whole list is read: one page fits any packet size.
const PAGE_ROWS: i64 = 5_000;

/// A GIF's row, without its bytes. A backup holds it as it is here, field by field: what is added has a default there,
/// as older backups do not have it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = gifs)]
pub struct GifRecord {
    /// Grows with every GIF and is never used again.
    pub id: i64,
    /// What was said of it.
    #[diesel(embed)]
    #[serde(flatten)]
    pub texts: GifTexts,
    /// What its bytes tell.
    #[diesel(embed)]
    #[serde(flatten)]
    pub facts: GifFacts,
}

/// What was said of a GIF.
#[derive(Debug, Default, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = gifs)]
pub struct GifTexts {
    /// Name in URLs, unique.
    pub slug: String,
    /// Heading.
    pub title: String,
    /// What is seen, for those who cannot see it.
    pub alt: String,
    /// Who made it; may be empty.
    pub credit: String,
    /// Licence, as an SPDX expression where there is one; may be empty.
    pub license: String,
    /// Where it came from; may be empty.
    pub source_url: String,
}

/// What the bytes of a GIF tell.
#[derive(Debug, Default, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = gifs)]
pub struct GifFacts {
    /// Digest of the bytes, 32 bytes, unique.
    #[serde(with = "hex::serde")]
    pub sha256: Vec<u8>,
    /// Size of the animation in bytes.
    pub byte_size: i64,
    /// Width in pixels.
    pub width: i64,
    /// Height in pixels.
    pub height: i64,
    /// Number of frames.
    pub frames: i64,
}

/// Which of a GIF's two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// The GIF.
    Animation,
    /// Its first frame as a PNG.
    Still,
}

/// What became of a GIF to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is in the catalogue under this slug.
    New(String),
    /// Its bytes were there already, under this slug.
    Duplicate(String),
}

/// Goes up with every change of the catalogue: by one for each GIF that comes or goes, and by more than GIFs can come and
/// go when everything is replaced; 0 when nothing was ever added. So whoever sees it go up by as many as GIFs have come
/// and gone knows that nothing else has changed.
///
/// # Errors
/// The query fails.
pub fn catalogue_version(connection: &mut AnyConnection) -> Result<i64, Error> {
    Ok(catalogue::table.find(CATALOGUE).select(catalogue::version).get_result(connection)?)
}

/// Hands every row to `each`, by ascending id, holding one page in memory at a time.
///
/// # Errors
/// A query fails.
pub fn for_each_gif(connection: &mut AnyConnection, mut each: impl FnMut(GifRecord)) -> Result<(), Error> {
    let mut after = i64::MIN;
    loop {
        let page = gifs_after(connection, after)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        page.into_iter().for_each(&mut each);
    }
}

/// The next page of rows by ascending id, all of them greater than `after`; empty behind the last.
///
/// # Errors
/// The query fails.
pub fn gifs_after(connection: &mut AnyConnection, after: i64) -> Result<Vec<GifRecord>, Error> {
    let rows = gifs::table.filter(gifs::id.gt(after)).order(gifs::id).limit(PAGE_ROWS);
    Ok(rows.select(GifRecord::as_select()).load(connection)?)
}

/// The rows with ids from `first` to `last`, by ascending id.
///
/// # Errors
/// The query fails.
pub fn gifs_from_to(connection: &mut AnyConnection, first: i64, last: i64) -> Result<Vec<GifRecord>, Error> {
    let rows = gifs::table.filter(gifs::id.between(first, last)).order(gifs::id);
    Ok(rows.select(GifRecord::as_select()).load(connection)?)
}

/// How many GIFs have ids from `first` to `last`.
///
/// # Errors
/// The query fails.
pub fn count_gifs(connection: &mut AnyConnection, first: i64, last: i64) -> Result<i64, Error> {
    Ok(gifs::table.filter(gifs::id.between(first, last)).count().get_result(connection)?)
}

/// The bytes of one file of the GIF with this digest, if there is one.
///
/// # Errors
/// The query fails.
pub fn find_file(connection: &mut AnyConnection, sha256: &[u8], kind: FileKind) -> Result<Option<Vec<u8>>, Error> {
    let file = gif_files::table.inner_join(gifs::table).filter(gifs::sha256.eq(sha256));
    Ok(match kind {
        FileKind::Animation => file.select(gif_files::animation).first(connection).optional()?,
        FileKind::Still => file.select(gif_files::still).first(connection).optional()?,
    })
}

/// Adds a GIF unless its bytes are there already; its slug gets a number behind it if it is taken.
///
/// # Errors
/// A statement fails; then nothing is added.
pub fn add_gif(
    connection: &mut AnyConnection,
    mut texts: GifTexts,
    facts: &GifFacts,
    animation: &[u8],
    still: &[u8],
) -> Result<Added, Error> {
    // Looked up before as well, so that a duplicate does not make every server read the catalogue anew.
    if let Some(slug) = slug_of(connection, &facts.sha256)? {
        return Ok(Added::Duplicate(slug));
    }
    atomically(connection, |connection| {
        // First, as it makes writers wait for each other: what is looked up below stays true.
        bump_version(connection)?;
        if let Some(slug) = slug_of(connection, &facts.sha256)? {
            return Ok(Added::Duplicate(slug));
        }
        texts.slug = free_slug(connection, &texts.slug)?;
        diesel::insert_into(gifs::table).values((&texts, facts)).execute(connection)?;
        let id: i64 = gifs::table.filter(gifs::slug.eq(&texts.slug)).select(gifs::id).first(connection)?;
        diesel::insert_into(gif_files::table)
            .values((gif_files::gif_id.eq(id), gif_files::animation.eq(animation), gif_files::still.eq(&[][..])))
            .execute(connection)?;
        // Two statements, so that each stays below the smallest default packet size, 16 MB.
        diesel::update(gif_files::table.find(id)).set(gif_files::still.eq(still)).execute(connection)?;
        Ok(Added::New(texts.slug))
    })
}

/// Removes a GIF with its bytes; false if there is none of this name.
///
/// # Errors
/// A statement fails; then nothing is removed.
pub fn remove_gif(connection: &mut AnyConnection, slug: &str) -> Result<bool, Error> {
    atomically(connection, |connection| {
        bump_version(connection)?;
        // The row of the bytes goes with it (ON DELETE CASCADE).
        Ok(diesel::delete(gifs::table.filter(gifs::slug.eq(slug))).execute(connection)? == 1)
    })
}

/// What the GIF with these bytes is called, if there is one.
fn slug_of(connection: &mut AnyConnection, sha256: &[u8]) -> Result<Option<String>, Error> {
    Ok(gifs::table.filter(gifs::sha256.eq(sha256)).select(gifs::slug).first(connection).optional()?)
}

pub(super) fn bump_version(connection: &mut AnyConnection) -> Result<(), Error> {
    diesel::update(catalogue::table.find(CATALOGUE))
        .set(catalogue::version.eq(catalogue::version + 1))
        .execute(connection)?;
    Ok(())
}

/// `wanted`, or `wanted-2`, `wanted-3`, …
fn free_slug(connection: &mut AnyConnection, wanted: &str) -> Result<String, Error> {
    let mut slug = wanted.to_string();
    for number in 2.. {
        let taken: i64 = gifs::table.filter(gifs::slug.eq(&slug)).count().get_result(connection)?;
        if taken == 0 {
            break;
        }
        slug = format!("{wanted}-{number}");
    }
    Ok(slug)
}
