//! Reads a backup, and believes nothing in it that is not verified.

use std::io::{BufReader, Read};

use serde::de::DeserializeOwned;

use super::archive::ArchiveReader;
use super::{BackupError, FACTS_FILE, FORMAT, Facts, entry_name};
use crate::gallery::Sha256;
use crate::store::{GifRecord, StoredGif};

/// A backup that is being read.
pub struct Source<R: Read> {
    archive: ArchiveReader<BufReader<R>>,
    /// What it says of itself.
    pub facts: Facts,
    read: i64,
    last_id: i64,
}

/// Reads a whole backup, and returns what it says of itself if every digest in it is right.
///
/// # Errors
/// What is wrong with it.
pub fn verify(input: impl Read) -> Result<Facts, BackupError> {
    let mut source = Source::open(input)?;
    while source.next_gif()?.is_some() {}
    Ok(source.facts)
}

impl<R: Read> Source<R> {
    pub fn open(input: R) -> Result<Self, BackupError> {
        let mut archive = ArchiveReader::new(BufReader::new(input));
        let Some((_, text)) = archive.next()? else { return Err(BackupError::Foreign) };
        // Looked at first: the rest may have another shape in another format.
        let Format { format } = parse(FACTS_FILE, &text)?;
        if format > FORMAT {
            return Err(BackupError::NewerFormat(format));
        }
        Ok(Self { archive, facts: parse(FACTS_FILE, &text)?, read: 0, last_id: 0 })
    }

    /// The next GIF; `None` at the end, once everything there is to verify was found right.
    pub fn next_gif(&mut self) -> Result<Option<StoredGif>, BackupError> {
        let Some((name, text)) = self.archive.next()? else {
            return if self.read == self.facts.gifs {
                Ok(None)
            } else {
                Err(BackupError::Damaged(format!("it holds {} GIFs, not {} as it says", self.read, self.facts.gifs)))
            };
        };
        let record: GifRecord = parse(&name, &text)?;
        let slug = &record.texts.slug;
        let wrong = |what: &str| Err(BackupError::Damaged(format!("{what} of {slug}")));
        if name != entry_name(slug, "json") || record.id <= self.last_id {
            return wrong("the order");
        }
        let animation = self.file(&entry_name(slug, "gif"))?;
        let still = self.file(&entry_name(slug, "png"))?;
        if record.facts.sha256 != Sha256::of(&animation).as_bytes() {
            return wrong("the digest");
        }
        if usize::try_from(record.facts.byte_size) != Ok(animation.len()) {
            return wrong("the size");
        }
        self.read += 1;
        self.last_id = record.id;
        Ok(Some(StoredGif { record, animation, still }))
    }

    fn file(&mut self, expected: &str) -> Result<Vec<u8>, BackupError> {
        match self.archive.next()? {
            Some((name, bytes)) if name == expected => Ok(bytes),
            _ => Err(BackupError::Damaged(format!("{expected} is missing"))),
        }
    }
}

#[derive(serde::Deserialize)]
struct Format {
    format: u32,
}

fn parse<T: DeserializeOwned>(name: &str, text: &[u8]) -> Result<T, BackupError> {
    serde_json::from_slice(text).map_err(|cause| BackupError::Unparsable { name: name.into(), cause })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_row_is_read_from_older_backups_and_written_so_that_older_programs_read_it() {
        let older = json!({
            "id": 7, "slug": "rex", "sha256": "0a".repeat(32), "title": "Rex", "alt": "Rex \"runs\"", "credit": "Ann",
            "license": "", "source_url": "https://dogs.example/", "byte_size": 99, "width": 32, "height": 24, "frames": 4,
        });
        let record: GifRecord = parse("gifs/rex.json", older.to_string().as_bytes()).unwrap();
        assert_eq!((record.id, record.texts.alt.as_str(), record.facts.byte_size), (7, "Rex \"runs\"", 99));
        assert_eq!(record.facts.sha256, [10; 32]);
        let written = serde_json::to_value(&record).unwrap();
        let Value::Object(fields) = older else { panic!("not an object") };
        for (name, value) in fields {
            assert_eq!(written[&name], value, "{name}");
        }
    }
}
