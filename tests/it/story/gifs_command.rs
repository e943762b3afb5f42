//! `gifs`: add, list, remove, export.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use dog_gif_app::store::{atomically, claim_catalogue};
use serde_json::Value;

use crate::harness::Database;
use crate::harness::app::{program, run, run_with};
use crate::harness::dogs::{gif_of, write_three};
use crate::harness::process::new_directory;
use crate::harness::web_server::{answer, serve};

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
        ("b.gif", "it has one frame only; an animated GIF is wanted"),
        ("c.gif", "c.gif: it is not a sound GIF: Unexpected End of File"),
        ("d.gif", "d.gif: it is not a sound GIF: malformed GIF header"),
        ("/no/such/dog.gif", "dog.gif: cannot be read: No such file or directory (os error 2)"),
    ] {
        let told = finished.errors.lines().any(|line| line.contains(file) && line.ends_with(why));
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
    let address = serve(|path| match path.split('?').next() {
        Some("/pics/spot.gif") => answer("200 OK", &gif_of(31, 6)),
        _ => answer("404 Not Found", &[]),
    });
    let url = format!("http://{address}/pics/spot.gif?size=large#top");
    run(&database, &["gifs", "add", "--allow-private", &url]).successful();
    let source = url.split_once('?').unwrap().0;
    assert_eq!(listed(&database)["spot"]["source_url"], source, "what follows the path may be a secret");
    let missing = run(&database, &["gifs", "add", "--allow-private", &format!("http://{address}/nothing.gif")]);
    assert_eq!(missing.code, 1);
    assert!(missing.errors.contains("404"), "{missing:?}");
    let nobody = run(&database, &["gifs", "add", "--allow-private", "http://127.0.0.1:1/dog.gif"]);
    assert!(nobody.code == 1 && nobody.errors.contains("cannot be downloaded"), "{nobody:?}");
}

#[test]
fn a_directory_shows_its_progress_on_a_terminal_and_nowhere_else() {
    let database = Database::migrated();
    let directory = new_directory("dogs");
    write_three(&directory);
    let silent = run(&database, &["gifs", "add", directory.to_str().unwrap()]);
    assert_eq!(silent.errors, "");
    let (mut terminal, writer) = new_terminal();
    let mut command = program(&database, &[("TERM", "xterm")]);
    command.args(["gifs", "add", directory.to_str().unwrap()]).stderr(writer);
    let shown = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // It ends with an error when nobody has the terminal open any more.
        let _ = terminal.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let done = command.status().expect("the program can be started");
    drop(command);
    assert!(done.success());
    let shown = shown.join().unwrap();
    assert!(shown.contains("/3 rex.gif") || shown.contains("/3 bella.gif"), "{shown:?}");
}

/// Both ends of a terminal: what is shown on it, and what a program takes for it.
fn new_terminal() -> (File, File) {
    let (mut reader, mut writer) = (0, 0);
    let null = std::ptr::null_mut();
    // SAFETY: both pointers are to locals, and the rest may be null.
    assert_eq!(unsafe { libc::openpty(&raw mut reader, &raw mut writer, null, null.cast(), null.cast()) }, 0);
    // SAFETY: they are open, and belong to nobody else.
    unsafe { (File::from_raw_fd(reader), File::from_raw_fd(writer)) }
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

/// Longer than visitors wait for a lock.
const HELD: Duration = Duration::from_secs(4);

#[test]
fn who_adds_or_removes_waits_for_another_who_changes_the_catalogue() {
    let database = &Database::with_three_dogs();
    let (ended, has_ended) = mpsc::channel();
    std::thread::scope(|scope| {
        database.query(|connection| {
            atomically(connection, |connection| {
                claim_catalogue(connection)?;
                let adding = (&["gifs", "add", "-", "--title", "Guest"][..], gif_of(9, 3));
                for (arguments, input) in [adding, (&["gifs", "remove", "rex-test"], Vec::new())] {
                    let ended = ended.clone();
                    scope.spawn(move || ended.send(run_with(database, &[], arguments, &input)).unwrap());
                }
                let early = has_ended.recv_timeout(HELD);
                assert!(early.is_err(), "{early:?}");
                Ok(())
            })
        });
    });
    for finished in has_ended.try_iter() {
        finished.successful();
    }
    let listed = listed(database);
    assert!(listed.contains_key("guest") && !listed.contains_key("rex-test"));
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
