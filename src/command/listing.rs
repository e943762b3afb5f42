//! What is longer than its reader may want to see.

use std::io::{self, BufWriter, Write};

/// Prints what `list` writes. It is no error when nobody reads all of it, as with `| head`.
pub fn print_list(list: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    let printed = list(&mut output).and_then(|()| Ok(output.flush()?));
    printed.or_else(|error| match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::BrokenPipe) => Ok(()),
        _ => Err(error),
    })
}
