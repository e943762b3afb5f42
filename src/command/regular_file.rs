//! Opens files that someone else has named.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Opens a regular file; anything else would be waited for, or have no end.
///
/// # Errors
/// It is another kind of file, or cannot be opened.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let ensure_regular = |metadata: Metadata| match metadata.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("it is not a regular file")),
    };
    // Before, as opening a device may set it going; and after, as it may be another one by then.
    ensure_regular(fs::metadata(path)?)?;
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
    ensure_regular(file.metadata()?)?;
    Ok(file)
}
