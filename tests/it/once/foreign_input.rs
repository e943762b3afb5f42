//! What others have made: files that are none, manifests that reach for more, names that speak to the terminal, and
//! addresses that lead inside.

use std::path::Path;

use crate::harness::Database;
use crate::harness::app::{Finished, run, timed};
use crate::harness::dogs::gif_of;
use crate::harness::process::{make_pipe, new_directory};
use crate::harness::web_server::{answer, serve};

#[test]
fn what_is_no_regular_file_is_told_and_not_waited_for() {
    let directory = new_directory("pipes");
    make_pipe(&directory.join("dog.gif"));
    let manifest = new_directory("pipes");
    make_pipe(&manifest.join("manifest.json"));
    let (took, ()) = timed(|| {
        for source in [&directory.join("dog.gif"), &directory, &manifest, Path::new("/dev/zero")] {
            let refused = add(source, &[]);
            assert_eq!(refused.code, 1, "{refused:?}");
            assert!(refused.errors.contains("is not a regular file"), "{refused:?}");
        }
    });
    assert!(took.as_secs() < 20, "it took {took:?}");
}

#[test]
fn a_manifest_names_files_of_its_own_directory_only() {
    let outside = new_directory("outside");
    std::fs::write(outside.join("secret.gif"), gif_of(51, 3)).unwrap();
    let directory = outside.join("dogs");
    std::fs::create_dir_all(directory.join("inner")).unwrap();
    std::fs::write(directory.join("inner/dog.gif"), gif_of(52, 3)).unwrap();
    std::os::unix::fs::symlink("../secret.gif", directory.join("link.gif")).unwrap();
    std::os::unix::fs::symlink("inner/dog.gif", directory.join("good-link.gif")).unwrap();
    let absolute = outside.join("secret.gif");
    for file in ["../secret.gif", absolute.to_str().unwrap(), "inner/../../secret.gif", "link.gif", "..", "", "."] {
        let manifest = serde_json::json!({"gifs": [{"file": file}]});
        std::fs::write(directory.join("manifest.json"), manifest.to_string()).unwrap();
        let database = Database::fresh_sqlite().migrate();
        let before = run(&database, &["gifs", "list"]).successful().lines().count();
        let refused = run(&database, &["gifs", "add", directory.to_str().unwrap()]);
        assert_eq!(refused.code, 1, "{file}: {refused:?}");
        assert!(refused.errors.contains("directory"), "{file}: {refused:?}");
        let failures = if file == "link.gif" { 1 } else { 2 };
        assert!(refused.output.contains(&format!(" {failures} failed")), "{file}: {refused:?}");
        // The link that stays inside is followed.
        assert!(refused.output.contains("good-link.gif: added as good-link"), "{file}: {refused:?}");
        assert_eq!(run(&database, &["gifs", "list"]).successful().lines().count(), before + 1, "{file}");
    }
}

#[test]
fn an_export_writes_into_its_own_directory_only() {
    let database = Database::fresh_sqlite().migrate();
    database.execute("UPDATE gifs SET slug = '../escaped' WHERE slug = 'corgi-wags'");
    let directory = new_directory("export").join("inner");
    let refused = run(&database, &["gifs", "export", directory.to_str().unwrap()]);
    assert!(refused.code == 1 && refused.errors.contains("\"../escaped\""), "{refused:?}");
    assert!(!directory.with_file_name("escaped.gif").exists());
}

#[test]
fn names_and_titles_do_not_speak_to_the_terminal() {
    let database = Database::fresh_sqlite().migrate();
    let directory = new_directory("loud");
    let title = "Red \u{1b}[31mdog\u{7}\u{9b}2J\u{202e}god\r\n";
    for (file, seed) in [("a\u{1b}[2J.gif", 61), ("b\u{9b}.gif", 62)] {
        std::fs::write(directory.join(file), gif_of(seed, 3)).unwrap();
    }
    std::fs::write(directory.join("c\u{1b}]0;x\u{7}.gif"), "no GIF").unwrap();
    let manifest = serde_json::json!({"gifs": [{"file": "a\u{1b}[2J.gif", "title": title, "credit": title}]});
    std::fs::write(directory.join("manifest.json"), manifest.to_string()).unwrap();
    let added = run(&database, &["gifs", "add", directory.to_str().unwrap()]);
    assert!(added.output.ends_with("2 added, 0 there already, 1 failed\n"), "{added:?}");
    let list = run(&database, &["gifs", "list"]).successful();
    let json = run(&database, &["gifs", "list", "--json"]).successful();
    for printed in [&added.output, &added.errors, &list, &json] {
        let loud = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200f}".contains(c);
        assert!(!printed.contains(loud), "{printed:?}");
    }
    assert_eq!(list.lines().count(), json.lines().count(), "one line each:\n{list}");
    let told = json.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    assert!(told.into_iter().any(|gif| gif["title"] == title), "nothing is lost in JSON:\n{json}");
}

#[test]
fn a_password_in_an_address_is_neither_printed_nor_kept() {
    let server = serve(|_| answer("200 OK", &gif_of(71, 3)));
    let database = Database::fresh_sqlite().migrate();
    let mut printed = String::new();
    for address in [
        format!("http://ann0:s3cret@{server}/spot.gif?signature=s3cret"),
        "http://ann0:s3cret@127.0.0.1:1/spot.gif".into(),
        "http://ann0:s3cret@no host/spot.gif".into(),
        "http://ann0:s3cret@127.0.0.1:99999999/spot.gif".into(),
        "http://ann0:s3c@ret@127.0.0.1:1/spot.gif".into(),
    ] {
        let Finished { output, errors, .. } = run(&database, &["gifs", "add", "--allow-private", &address]);
        assert!(output.contains("added"), "{output}");
        printed += &(output + &errors);
    }
    assert!(printed.contains(&format!("http://{server}/spot.gif: added as spot")), "{printed}");
    printed += &run(&database, &["gifs", "list", "--json"]).successful();
    for secret in ["s3c", "ret@", "ann0"] {
        assert!(!printed.contains(secret), "{secret} is printed:\n{printed}");
    }
    std::fs::write(database.directory.join("dog.gif"), gif_of(72, 3)).unwrap();
    let refused = run(&database, &["gifs", "add", "dog.gif", "--source-url", "https://ann0:s3cret@dogs.example/"]);
    assert!(refused.code == 1 && refused.errors.contains("password"), "{refused:?}");
    assert!(!refused.errors.contains("s3cret"), "{refused:?}");
}

#[test]
fn addresses_inside_are_refused_unless_they_are_allowed() {
    let server = serve(|_| answer("200 OK", &gif_of(81, 3)));
    let port = server.port();
    let database = Database::fresh_sqlite().migrate();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0", "169.254.169.254"] {
        let (took, refused) = timed(|| run(&database, &["gifs", "add", &format!("http://{host}:{port}/spot.gif")]));
        assert_eq!(refused.code, 1, "{host}: {refused:?}");
        assert!(refused.errors.contains("--allow-private"), "{host}: {refused:?}");
        assert!(took.as_secs() < 10, "{host}: it took {took:?}");
    }
    let added = run(&database, &["gifs", "add", "--allow-private", &format!("http://{server}/spot.gif")]);
    added.successful();
}

#[test]
fn redirects_stay_on_the_web_and_end_after_five() {
    let server = serve(|path| match path.trim_start_matches('/') {
        "file" => redirect("file:///etc/passwd"),
        "ftp" => redirect("ftp://127.0.0.1/dog.gif"),
        "0" => answer("200 OK", &gif_of(91, 3)),
        hops => redirect(&format!("/{}", hops.parse::<u32>().unwrap_or(0) - 1)),
    });
    let database = Database::fresh_sqlite().migrate();
    let add = |path: &str| run(&database, &["gifs", "add", "--allow-private", &format!("http://{server}/{path}")]);
    add("5").successful();
    for (path, why) in [("6", "too many redirects"), ("file", "http"), ("ftp", "http")] {
        let refused = add(path);
        assert_eq!(refused.code, 1, "{path}: {refused:?}");
        assert!(refused.errors.contains(why), "{path}: {refused:?}");
        assert!(!refused.errors.contains("root:"), "{path}: {refused:?}");
    }
}

#[test]
fn an_answer_without_end_is_cut_at_the_limit() {
    let server = serve(|_| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: image/gif\r\nconnection: close\r\n\r\n".to_vec();
        [head, vec![b'x'; 9 * 1024 * 1024]].concat()
    });
    let refused = run(
        &Database::fresh_sqlite().migrate(),
        &["gifs", "add", "--allow-private", &format!("http://{server}/endless.gif")],
    );
    assert!(refused.code == 1 && refused.errors.contains("8 MiB"), "{refused:?}");
}

fn add(source: &Path, flags: &[&str]) -> Finished {
    let arguments = [&["gifs", "add", source.to_str().unwrap()], flags].concat();
    run(&Database::fresh_sqlite().migrate(), &arguments)
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}
