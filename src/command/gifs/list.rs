//! `gifs list`: for people, or one JSON object a line.

use std::io::{self, Write};

use serde::Serialize;

use crate::command::listing::print_list;
use crate::command::printable::{Printable, printable_json};
use crate::store::{GifFacts, GifRecord, GifTexts, Store, for_each_gif};

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    texts: &'a GifTexts,
    sha256: String,
    size_bytes: i64,
    width: i64,
    height: i64,
    frames: i64,
}

pub fn list(store: &Store, json: bool) -> anyhow::Result<()> {
    print_list(|output| {
        let mut written = Ok(());
        store.on_this_thread(|connection| {
            for_each_gif(connection, |gif| {
                if written.is_ok() {
                    written = list_one(output, &gif, json);
                }
            })
        })?;
        Ok(written?)
    })
}

fn list_one(output: &mut dyn Write, gif: &GifRecord, json: bool) -> io::Result<()> {
    let GifRecord { texts, facts: GifFacts { sha256, byte_size, width, height, frames }, .. } = gif;
    if !json {
        let (slug, title, kilobytes) = (&texts.slug, Printable(&texts.title), (byte_size + 999) / 1000);
        return writeln!(output, "{slug:<28} {width:>4}x{height:<4} {frames:>3} frames {kilobytes:>5} kB  {title}");
    }
    let (sha256, size_bytes) = (hex::encode(sha256), *byte_size);
    let listed = Listed { texts, sha256, size_bytes, width: *width, height: *height, frames: *frames };
    writeln!(output, "{}", printable_json(&serde_json::to_string(&listed)?))
}
