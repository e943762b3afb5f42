//! What the disk asks for a durable write: commits cost that, so figures mean little without it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use crate::harness::process::new_directory;

const WRITES: usize = 300;

/// As much as a small commit writes.
const BLOCK: [u8; 512] = [0; 512];

/// The median time of a small write that is made durable, where the private servers have their files.
pub fn sync_time() -> Duration {
    let file = File::create(new_directory("disk").join("file")).expect("the temporary directory can be written to");
    let mut times: Vec<Duration> = (0..WRITES)
        .map(|write| {
            // Over the same blocks, as a database writes its log.
            file.write_all_at(&BLOCK, (write % 8 * BLOCK.len()) as u64).expect("a file can be written to");
            let begin = Instant::now();
            file.sync_data().expect("a file can be synchronised");
            begin.elapsed()
        })
        .collect();
    times.sort();
    times[WRITES / 2]
}
