//! `gifs`: add, list, remove, export.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::harness::Database;
use crate::harness::app::{run, run_with};
use crate::harness::dogs::{gif_of, write_three};
use crate::harness::process::new_directory;

#[test]
fn a_file_is_added_with_what_its_name_and_the_flags_tell() {
    let database = Database::migrated();
    let file = new_directory("dogs").join("my_good-dog.gif");
    std::fs::write(&file, gif_of(7, 5)).unwrap();
    let file = file.to_str().unwrap();
    let added = run(&database, &["gifs", "add", file, "--alt", "A good dog", "--credit", "Me", "--license", "CC0-1.0"]);
    assert_eq!(added.successful(), format!("{file}: added as my-good-dog\n1 added, 0 there already, 0 failed\n"));
    let gif = &listed(&database)["my-good-dog"];
    assert_eq!(
        (&gif["title"], &gif["alt"], &gif["credit"]),
        (&"My good dog".into(), &"A good dog".into(), &"Me".into())
    );
    assert_eq!((&gif["width"], &gif["height"], &gif["frames"]), (&32.into(), &24.into(), &5.into()));
}

#[test]
fn a_second_dog_of_the_same_name_gets_a_number() {
    let database = Database::migrated();
    for (seed, slug) in [(11, "twin"), (12, "twin-2"), (13, "twin-3")] {
        let added = run_with(&database, &[], &["gifs", "add", "-", "--title", "Twin"], &gif_of(seed, 2)).successful();
        assert!(added.starts_with(&format!("-: added as {slug}\n")), "{added}");
    }
}

#[test]
fn the_same_bytes_are_reported_and_skipped() {
    let database = Database::with_three_dogs();
    let again = run_with(&database, &[], &["gifs", "add", "-", "--title", "Other"], &gif_of(1, 4)).successful();
    assert_eq!(again, "-: there already, as rex-test\n0 added, 1 there already, 0 failed\n");
}

#[test]
fn a_bad_file_does_not_stop_the_others_and_the_exit_code_tells() {
    let database = Database::migrated();
    let directory = new_directory("mixed");
    let still = gif_of(21, 1);
    let cut = &gif_of(22, 4)[..200];
    for (name, bytes) in [
        ("a.gif", &gif_of(20, 3)[..]),
        ("b.gif", &still),
        ("c.gif", cut),
        ("d.gif", b"<html>"),
        ("e.gif", &gif_of(23, 3)),
    ] {
        std::fs::write(directory.join(name), bytes).unwrap();
    }
    let finished = run(&database, &["gifs", "add", directory.to_str().unwrap(), "/no/such/dog.gif"]);
    assert_eq!(finished.code, 1, "{finished:?}");
    assert!(finished.output.ends_with("2 added, 0 there already, 4 failed\n"), "{finished:?}");
    for (file, why) in [
        ("b.gif", "one frame only"),
        ("c.gif", "not a sound GIF"),
        ("d.gif", "not a sound GIF"),
        ("/no/such/dog.gif", "cannot be read"),
    ] {
        let told = finished.errors.lines().any(|line| line.contains(file) && line.contains(why));
        assert!(told, "{file}: {why} is missing in\n{}", finished.errors);
    }
}

#[test]
fn a_decompression_bomb_is_refused_without_being_unpacked() {
    let database = Database::migrated();
    let huge = |width: u16, height: u16| {
        let mut file = Vec::new();
        let mut encoder = gif::Encoder::new(&mut file, width, height, &[0, 0, 0, 255, 255, 255]).unwrap();
        encoder.write_frame(&gif::Frame::from_indexed_pixels(1, 1, [1], None)).unwrap();
        drop(encoder);
        file
    };
    let finished = run_with(&database, &[], &["gifs", "add", "-"], &huge(65_535, 65_535));
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("65535x65535 pixels"), "{finished:?}");
    let long = run_with(&database, &[], &["gifs", "add", "-"], &vec![b'x'; 9 * 1024 * 1024]);
    assert!(long.errors.contains("8 MiB"), "{long:?}");
}

#[test]
fn a_gif_is_fetched_from_a_url() {
    let database = Database::migrated();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 2048];
            let length = stream.read(&mut head).unwrap_or(0);
            let found = head[..length].starts_with(b"GET /pics/spot.gif");
            let (status, body) = if found { ("200 OK", gif_of(31, 6)) } else { ("404 Not Found", Vec::new()) };
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    let url = format!("http://{address}/pics/spot.gif?size=large#top");
    run(&database, &["gifs", "add", &url]).successful();
    let source = url.split_once('?').unwrap().0;
    assert_eq!(listed(&database)["spot"]["source_url"], source, "what follows the path may be a secret");
    let missing = run(&database, &["gifs", "add", &format!("http://{address}/nothing.gif")]);
    assert_eq!(missing.code, 1);
    assert!(missing.errors.contains("404"), "{missing:?}");
    let nobody = run(&database, &["gifs", "add", "http://127.0.0.1:1/dog.gif"]);
    assert!(nobody.code == 1 && nobody.errors.contains("cannot be downloaded"), "{nobody:?}");
}

#[test]
fn what_is_exported_is_read_back_without_loss() {
    let database = Database::with_three_dogs();
    let directory = new_directory("export").join("made/on/the/way");
    let path = directory.to_str().unwrap();
    run(&database, &["gifs", "export", path]).successful();
    let before = run(&database, &["gifs", "list", "--json"]).successful();
    let other = Database::migrated();
    for slug in listed(&other).into_keys() {
        run(&other, &["gifs", "remove", &slug]).successful();
    }
    let added = run(&other, &["gifs", "add", path]).successful();
    assert!(added.ends_with(" 0 there already, 0 failed\n"), "{added}");
    assert_eq!(run(&other, &["gifs", "list", "--json"]).successful(), before);
    let again = new_directory("export").join("again");
    run(&other, &["gifs", "export", again.to_str().unwrap()]).successful();
    assert_eq!(contents(&again), contents(&directory), "the second export is the same, byte by byte");
}

#[test]
fn what_is_removed_is_gone_and_what_is_not_there_is_told() {
    let database = Database::with_three_dogs();
    run(&database, &["gifs", "remove", "rex-test"]).successful();
    assert!(!listed(&database).contains_key("rex-test"));
    let again = run(&database, &["gifs", "remove", "rex-test"]);
    assert_eq!(again.code, 1);
    assert!(again.errors.contains("rex-test") && again.errors.contains("gifs list"), "{again:?}");
}

#[test]
fn a_broken_manifest_is_told_by_name() {
    let database = Database::migrated();
    let directory = new_directory("broken");
    write_three(&directory);
    std::fs::write(directory.join("manifest.json"), "{\"gifs\": 7}").unwrap();
    let finished = run(&database, &["gifs", "add", directory.to_str().unwrap()]);
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("manifest.json"), "{finished:?}");
}

/// `gifs list --json`, by slug.
fn listed(database: &Database) -> BTreeMap<String, Value> {
    let lines = run(database, &["gifs", "list", "--json"]).successful();
    let gifs = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    gifs.map(|gif| (gif["slug"].as_str().unwrap().to_string(), gif)).collect()
}

fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())).collect()
}
