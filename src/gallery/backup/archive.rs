//! Tar archives (POSIX ustar) in one form only, sealed with a digest: every bit has one possible value, so that any
//! change is seen.

use std::io::{self, ErrorKind, Read, Write};

use sha2::Digest;

use super::{BackupError, FACTS_FILE};

const BLOCK: usize = 512;

/// The last entry: the digest of all bytes before it.
const SEAL_FILE: &str = "sha256";

/// Two empty blocks end an archive.
const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// As much as a column for files takes (MEDIUMBLOB), so that a foreign length cannot fill the memory.
const LONGEST_FILE: u64 = 16 * 1024 * 1024;

/// Writes an archive from front to back.
pub struct ArchiveWriter<W> {
    output: W,
    digest: sha2::Sha256,
    modified: u64,
}

impl<W: Write> ArchiveWriter<W> {
    /// `modified` is the time of every entry, in Unix seconds.
    pub fn new(output: W, modified: u64) -> Self {
        Self { output, digest: sha2::Sha256::default(), modified }
    }

    pub fn add(&mut self, name: &str, contents: &[u8]) -> io::Result<()> {
        self.write(&header(name, contents.len() as u64, self.modified))?;
        self.write(contents)?;
        self.write(&END[..padding(contents.len())])
    }

    /// Adds the digest, and ends the archive.
    pub fn seal(mut self) -> io::Result<()> {
        let seal = seal(&self.digest);
        self.add(SEAL_FILE, seal.as_bytes())?;
        self.write(&END)?;
        self.output.flush()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.output.write_all(bytes)
    }
}

/// Reads an archive from front to back.
pub struct ArchiveReader<R> {
    input: R,
    digest: sha2::Sha256,
    begun: bool,
}

impl<R: Read> ArchiveReader<R> {
    pub fn new(input: R) -> Self {
        Self { input, digest: sha2::Sha256::default(), begun: false }
    }

    /// The next entry's name and contents; `None` once the seal was found right and nothing follows it.
    pub fn next(&mut self) -> Result<Option<(String, Vec<u8>)>, BackupError> {
        let before = self.digest.clone();
        let mut head = [0; BLOCK];
        self.read(&mut head)?;
        let (name, length) = self.understand(&head)?;
        self.begun = true;
        let mut contents = vec![0; length];
        self.read(&mut contents)?;
        let mut rest = [0; BLOCK];
        let rest = &mut rest[..padding(length)];
        self.read(rest)?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(damaged("there is something between two entries"));
        }
        if name != SEAL_FILE {
            return Ok(Some((name, contents)));
        }
        if contents != seal(&before).as_bytes() {
            return Err(damaged("its digest is not the one it was sealed with"));
        }
        self.expect_end()?;
        Ok(None)
    }

    fn understand(&self, head: &[u8; BLOCK]) -> Result<(String, usize), BackupError> {
        let parsed = parse(head).filter(|entry| header(&entry.name, entry.length, entry.modified) == *head);
        match parsed {
            Some(entry) if !self.begun && entry.name != FACTS_FILE => Err(BackupError::Foreign),
            Some(entry) if entry.length <= LONGEST_FILE => {
                // It fits, as it is at most 16 MiB.
                Ok((entry.name, usize::try_from(entry.length).unwrap_or(usize::MAX)))
            }
            // A backup that is damaged right there begins with this name all the same.
            None if !self.begun && !head.starts_with(FACTS_FILE.as_bytes()) => Err(BackupError::Foreign),
            _ => Err(damaged("an entry has no sound header")),
        }
    }

    fn expect_end(&mut self) -> Result<(), BackupError> {
        let mut end = END;
        self.read(&mut end)?;
        let mut more = [0];
        if end != END || self.input.read(&mut more)? != 0 {
            return Err(damaged("something follows its end"));
        }
        Ok(())
    }

    /// Fills `bytes`; unlike `read_exact`, it can say how a file begins that is shorter.
    fn read(&mut self, bytes: &mut [u8]) -> Result<(), BackupError> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.input.read(&mut bytes[filled..]) {
                Ok(0) if !self.begun && !bytes.starts_with(FACTS_FILE.as_bytes()) => return Err(BackupError::Foreign),
                Ok(0) => return Err(BackupError::Truncated),
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.digest.update(bytes);
        Ok(())
    }
}

fn damaged(what: &str) -> BackupError {
    BackupError::Damaged(what.into())
}

fn seal(digest: &sha2::Sha256) -> String {
    hex::encode(digest.clone().finalize()) + "\n"
}

/// Bytes between the end of a file and the next block.
fn padding(length: usize) -> usize {
    length.next_multiple_of(BLOCK) - length
}

struct Entry {
    name: String,
    length: u64,
    modified: u64,
}

/// Where the fields of a header lie.
const NAME: std::ops::Range<usize> = 0..100;
const LENGTH: std::ops::Range<usize> = 124..136;
const MODIFIED: std::ops::Range<usize> = 136..148;
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// The header of a regular file of root's that everyone may read.
fn header(name: &str, length: u64, modified: u64) -> [u8; BLOCK] {
    let mut head = [0; BLOCK];
    let mut put = |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    // Slugs have at most 80 characters.
    put(NAME.start, &name[..name.len().min(NAME.len())]);
    put(100, "0000644\x000000000\x000000000\0");
    put(LENGTH.start, &format!("{length:011o}\0"));
    put(MODIFIED.start, &format!("{modified:011o}\0"));
    // Taken as spaces for the sum over itself.
    put(CHECKSUM.start, "        0");
    put(257, "ustar\x0000");
    put(329, "0000000\x000000000\0");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    head
}

/// The fields that are not the same in every header of ours.
fn parse(head: &[u8; BLOCK]) -> Option<Entry> {
    let text = |field: &[u8]| {
        let text = field.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(text).ok().map(str::to_string)
    };
    let number = |field: &[u8]| u64::from_str_radix(&text(field)?, 8).ok();
    // More than eleven digits would not fit back into the field.
    let fits = |number: &u64| *number < 1 << 33;
    Some(Entry {
        name: text(&head[NAME])?,
        length: number(&head[LENGTH]).filter(fits)?,
        modified: number(&head[MODIFIED]).filter(fits)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = ArchiveWriter::new(&mut bytes, 1_800_000_000);
        writer.add(FACTS_FILE, b"{}").unwrap();
        writer.add("gifs/rex.gif", &[7; 700]).unwrap();
        writer.seal().unwrap();
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, BackupError> {
        let mut reader = ArchiveReader::new(bytes);
        let mut entries = Vec::new();
        while let Some(entry) = reader.next()? {
            entries.push(entry);
        }
        Ok(entries)
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(
            read(&archive()).unwrap(),
            [(FACTS_FILE.to_string(), b"{}".to_vec()), ("gifs/rex.gif".to_string(), vec![7; 700])]
        );
    }

    #[test]
    fn any_bit_that_flips_is_seen() {
        let whole = archive();
        for at in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert!(read(&changed).is_err(), "bit {at} of {} may be either", whole.len() * 8);
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_seen() {
        let whole = archive();
        for length in 0..whole.len() {
            let error = read(&whole[..length]).unwrap_err();
            let expected = if length < FACTS_FILE.len() { "it is not a backup" } else { "it ends in the middle" };
            assert!(error.to_string().starts_with(expected), "cut at {length}: {error}");
        }
        assert!(matches!(read(&[&whole[..], b"x"].concat()), Err(BackupError::Damaged(_))));
    }

    #[test]
    fn what_was_never_a_backup_is_told_so() {
        for foreign in [&b"GIF89a"[..], &[0; 4096], &[b'x'; 4096], b""] {
            assert!(matches!(read(foreign), Err(BackupError::Foreign)), "{foreign:?}");
        }
        let mut other = Vec::new();
        let mut writer = ArchiveWriter::new(&mut other, 0);
        writer.add("photo.jpg", b"x").unwrap();
        writer.seal().unwrap();
        assert!(matches!(read(&other), Err(BackupError::Foreign)));
    }
}
