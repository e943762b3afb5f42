//! GIFs made for tests: small, animated, and different from each other.

use std::path::Path;

use gif::{Encoder, Frame, Repeat};

use super::App;
use super::http::Answer;

/// So many random dogs of `Database::with_three_dogs`, which has 23, that less than one run in 10^9 ends otherwise
/// than it should: each comes up (23 * (21/22)^600 = 2 * 10^-11), and so would one that must not (3 * 10^-12).
pub const CERTAIN_DRAWS: usize = 600;

/// An animated GIF of 32 by 24 pixels with `frames` frames; each `seed` gives other bytes.
pub fn gif_of(seed: u8, frames: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let palette = [0, 0, 0, 255, 255, 255, seed, 255 - seed, 128, 200, 120, 40];
    let mut encoder = Encoder::new(&mut file, 32, 24, &palette).unwrap();
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for number in 0..frames {
        let pixels: Vec<u8> =
            (0..32 * 24).map(|at: usize| u8::try_from((at + usize::from(number)) % 4).unwrap()).collect();
        let frame = Frame { delay: 10, ..Frame::from_indexed_pixels(32, 24, pixels, None) };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    file
}

/// Both pictures of the dog on a page are there.
pub fn expect_dog_on(html: &str, app: &App) {
    let picture = html.split_once("<picture").and_then(|(_, rest)| rest.split_once("</picture>"));
    let (picture, _) = picture.unwrap_or_else(|| panic!("there is no dog on\n{html}"));
    let addresses = picture.split('"').filter(|text| text.starts_with('/'));
    let kinds: Vec<_> = addresses.map(|address| kind_of_picture(&app.get(address), address)).collect();
    assert_eq!(kinds, ["image/png", "image/gif"], "{picture}");
}

fn kind_of_picture(answer: &Answer, address: &str) -> String {
    assert_eq!((answer.status, answer.body.is_empty()), (200, false), "{address}");
    answer.header("content-type").unwrap_or_default().into()
}

/// Writes three GIFs, `rex.gif`, `bella.gif` and `odie.gif`, with a manifest, into `directory`.
pub fn write_three(directory: &Path) {
    for (seed, name) in [(1, "rex"), (2, "bella"), (3, "odie")] {
        std::fs::write(directory.join(format!("{name}.gif")), gif_of(seed, 4)).unwrap();
    }
    let manifest = serde_json::json!({"gifs": [
        {"file": "rex.gif", "slug": "rex-test", "title": "Rex & the <b>ball</b>", "alt": "Rex catches a ball \"again\"",
         "credit": "Ann Önymous", "license": "CC0-1.0", "source_url": "https://dogs.example/rex?a=1&b=2"},
        {"file": "bella.gif", "slug": "bella-test", "title": "Bella 🐕", "alt": "Bella sleeps",
         "license": "CC-BY-4.0"},
        {"file": "odie.gif", "slug": "odie-test", "title": "Odie", "alt": "Odie pants", "credit": "Somebody"},
    ]});
    std::fs::write(directory.join("manifest.json"), manifest.to_string()).unwrap();
}
