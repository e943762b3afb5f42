//! The bundled dogs: enough, small, animated, harmless to look at, free, and drawn by us.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use gif::{ColorOutput, DecodeOptions, DisposalMethod};

use crate::harness::process::new_directory;

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/dogs")
}

fn files_in(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_str().unwrap().into(), std::fs::read(path).unwrap())).collect()
}

fn gifs() -> Vec<(String, Vec<u8>)> {
    files_in(&assets()).into_iter().filter(|(name, _)| name.ends_with(".gif")).collect()
}

/// A picture, and how bright its parts are over time.
struct Film {
    width: u16,
    /// How long each frame is shown, in seconds.
    delays: Vec<f64>,
    /// Mean brightness, from 0 to 1, of each cell of a grid, frame by frame.
    brightness: Vec<Vec<f64>>,
}

/// Cells each way; a flash counts when it fills a quarter of the picture.
const GRID: usize = 8;

fn play(bytes: &[u8]) -> Film {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).unwrap();
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let mut canvas = vec![[0_u8; 4]; width * height];
    let mut film = Film { width: decoder.width(), delays: Vec::new(), brightness: Vec::new() };
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        let before = (frame.dispose == DisposalMethod::Previous).then(|| canvas.clone());
        let (left, top, row) = (usize::from(frame.left), usize::from(frame.top), usize::from(frame.width));
        for (at, pixel) in frame.buffer.as_chunks::<4>().0.iter().enumerate() {
            if pixel[3] > 0 {
                canvas[(top + at / row) * width + left + at % row] = *pixel;
            }
        }
        film.delays.push(f64::from(frame.delay.max(2)) / 100.0);
        film.brightness.push(cells(&canvas, width, height));
        match frame.dispose {
            DisposalMethod::Previous => canvas = before.unwrap(),
            DisposalMethod::Background => canvas.fill([0; 4]),
            _ => {}
        }
    }
    film
}

fn cells(canvas: &[[u8; 4]], width: usize, height: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); GRID * GRID];
    for (at, [red, green, blue, _]) in canvas.iter().enumerate() {
        let (x, y) = (at % width * GRID / width, at / width * GRID / height);
        let cell = &mut sums[y * GRID + x];
        cell.0 += (0.2126 * f64::from(*red) + 0.7152 * f64::from(*green) + 0.0722 * f64::from(*blue)) / 255.0;
        cell.1 += 1.0;
    }
    sums.into_iter().map(|(sum, pixels)| sum / pixels).collect()
}

#[test]
fn there_are_enough_of_them_and_each_is_small_and_animated() {
    let gifs = gifs();
    assert!(gifs.len() >= 16, "there are {} only", gifs.len());
    for (name, bytes) in gifs {
        let film = play(&bytes);
        assert!(bytes.len() < 150_000, "{name} has {} bytes", bytes.len());
        assert!(film.delays.len() >= 8, "{name} has {} frames", film.delays.len());
        assert!((320..=480).contains(&film.width), "{name} is {} pixels wide", film.width);
    }
}

#[test]
fn none_of_them_flashes_more_than_three_times_a_second() {
    for (name, bytes) in gifs() {
        let film = play(&bytes);
        // Twice round, so that the seam of the loop counts.
        let frames: Vec<_> = film.brightness.iter().chain(&film.brightness).collect();
        let mut flashes = 0.0;
        for (one, next) in frames.iter().zip(&frames[1..]) {
            let brighter = one.iter().zip(*next).filter(|(one, next)| *next - *one > 0.1).count();
            let darker = one.iter().zip(*next).filter(|(one, next)| *one - *next > 0.1).count();
            // A flash is there and back: half of one.
            flashes += if brighter.max(darker) >= GRID * GRID / 4 { 0.5 } else { 0.0 };
        }
        let seconds = 2.0 * film.delays.iter().sum::<f64>();
        assert!(flashes / seconds <= 3.0, "{name} flashes {:.1} times a second", flashes / seconds);
    }
}

#[test]
fn their_licence_stands_beside_them() {
    let files = files_in(&assets());
    let licence = String::from_utf8(files["LICENSE"].clone()).unwrap();
    assert!(licence.contains("CC0"), "{licence}");
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let entries = manifest["gifs"].as_array().unwrap();
    assert_eq!(entries.len(), gifs().len(), "every file is in the manifest");
    for entry in entries {
        assert_eq!(entry["license"], "CC0-1.0", "{entry}");
        for field in ["file", "slug", "title", "alt", "credit"] {
            assert!(entry[field].as_str().is_some_and(|text| !text.is_empty()), "{field} is missing in {entry}");
        }
        assert!(files.contains_key(entry["file"].as_str().unwrap()), "{entry}");
    }
}

#[test]
fn drawing_them_again_gives_the_same_bytes() {
    // cargo puts examples beside the directory of test binaries.
    let here = std::env::current_exe().unwrap();
    let program = here.parent().unwrap().with_file_name("examples").join("draw_dogs");
    assert!(program.exists(), "{} is missing; build it first: cargo build --examples", program.display());
    let directory = new_directory("drawn");
    let drawn = Command::new(program).arg(&directory).output().unwrap();
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let (mut expected, drawn) = (files_in(&assets()), files_in(&directory));
    expected.remove("LICENSE");
    assert_eq!(drawn.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let different: Vec<_> =
        drawn.iter().filter(|(name, bytes)| expected[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(different.is_empty(), "cargo run --example draw_dogs changes {different:?}");
}
