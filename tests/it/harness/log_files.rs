//! What containerd writes of a container's output, and what the kubelet does to it when it is full.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::log::Lines;
use super::wait;

/// containerd cuts longer lines.
const PIECE_BYTES: usize = 16 * 1024;

/// The log of one container on a node.
pub struct LogFile {
    directory: PathBuf,
    current: File,
    rotations: usize,
    /// Renamed, and still written to: the kubelet tells containerd a moment later.
    is_renamed: bool,
}

impl LogFile {
    /// Of a container in this pod of this namespace, below the node's directory of logs.
    pub fn new(node: &Path, namespace: &str, pod: &str, container: &str) -> Self {
        let pod = format!("{namespace}_{pod}_0c8c1c1e-0000-4000-8000-00000000d06f");
        let directory = node.join(pod).join(container);
        fs::create_dir_all(&directory).unwrap();
        let current = File::create(directory.join("0.log")).unwrap();
        Self { directory, current, rotations: 0, is_renamed: false }
    }

    /// Writes one line of the container's output.
    pub fn write(&mut self, line: &str) {
        let pieces: Vec<_> = line.as_bytes().chunks(PIECE_BYTES).collect();
        for (index, piece) in pieces.iter().enumerate() {
            let tag = if index + 1 == pieces.len() { 'F' } else { 'P' };
            let mut framed = format!("{} stdout {tag} ", now()).into_bytes();
            framed.extend_from_slice(piece);
            framed.push(b'\n');
            self.current.write_all(&framed).unwrap();
        }
        if std::mem::take(&mut self.is_renamed) {
            self.current = File::create(self.directory.join("0.log")).unwrap();
        }
    }

    /// As if it were full.
    fn rotate(&mut self) {
        // The one before is packed, which here is no more than its name: nobody reads it any more.
        if let Some(before) = self.rotations.checked_sub(1) {
            let packed = self.rotated(before).with_added_extension("gz");
            fs::rename(self.rotated(before), packed).unwrap();
        }
        fs::rename(self.directory.join("0.log"), self.rotated(self.rotations)).unwrap();
        self.rotations += 1;
        self.is_renamed = true;
    }

    fn rotated(&self, number: usize) -> PathBuf {
        self.directory.join(format!("0.log.20261129-{number:06}"))
    }
}

#[expect(clippy::disallowed_methods, reason = "containerd's clock, by which nothing is decided")]
fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap()
}

/// Writes what a process prints into a log file, as it comes, until it is dropped.
pub struct Containerd {
    is_over: Arc<AtomicBool>,
    is_full: Arc<AtomicBool>,
}

impl Containerd {
    pub fn write(output: Lines, mut file: LogFile) -> Self {
        let containerd = Self { is_over: Arc::default(), is_full: Arc::default() };
        let (is_over, is_full) = (containerd.is_over.clone(), containerd.is_full.clone());
        std::thread::spawn(move || {
            let mut written = 0;
            while !is_over.load(Ordering::Acquire) {
                if is_full.swap(false, Ordering::AcqRel) {
                    file.rotate();
                }
                for line in output.after(written) {
                    file.write(&line);
                    written += 1;
                }
                wait::pass(Duration::from_millis(5));
            }
        });
        containerd
    }

    /// The kubelet finds the file full.
    pub fn rotate(&self) {
        self.is_full.store(true, Ordering::Release);
    }
}

impl Drop for Containerd {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
    }
}
