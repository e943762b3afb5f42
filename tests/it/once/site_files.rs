//! The files that come with the program: stylesheet, scripts and the browser of the API.

use std::io::Read;
use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};

use crate::harness::http::{Answer, Connection};
use crate::harness::{App, Database};

const BUNDLE: &str = "/api/docs/swagger-ui-bundle.js";

/// Every text that comes with the program, its media type, and how long it may be kept.
const TEXTS: [(&str, &str, &str); 7] = [
    (BUNDLE, "text/javascript; charset=utf-8", "public, max-age=86400"),
    ("/api/docs/swagger-ui.css", "text/css; charset=utf-8", "public, max-age=86400"),
    ("/api/openapi.json", "application/json", "no-cache"),
    ("/assets/style.css", "text/css; charset=utf-8", "no-cache"),
    ("/assets/script.js", "text/javascript; charset=utf-8", "no-cache"),
    ("/assets/api_docs.js", "text/javascript; charset=utf-8", "no-cache"),
    ("/assets/icon.svg", "image/svg+xml", "no-cache"),
];

const SLOW_READERS: usize = 500;

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&answer.body[..]).read_to_end(&mut bytes).expect("gzip");
    bytes
}

#[test]
fn texts_come_compressed_to_who_takes_them_so() {
    let app = App::start(&Database::fresh_sqlite());
    for (path, content_type, cache_control) in TEXTS {
        let plain = app.get(path);
        let packed = app.ask("GET", path, &[("accept-encoding", "gzip, br")]);
        assert_eq!(
            (plain.header("content-encoding"), packed.header("content-encoding")),
            (None, Some("gzip")),
            "{path}"
        );
        assert_eq!(unpacked(&packed), plain.body, "{path}");
        assert!(packed.body.len() * 10 < plain.body.len() * 9, "{path}: {} of {}", packed.body.len(), plain.body.len());
        for answer in [&plain, &packed] {
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
            assert_eq!(answer.header("vary"), Some("accept-encoding"), "{path}");
            assert_eq!(answer.header("cache-control"), Some(cache_control), "{path}");
        }
        let head = app.ask("HEAD", path, &[("accept-encoding", "gzip")]);
        for name in ["content-encoding", "content-length", "content-type", "etag", "vary", "cache-control"] {
            assert_eq!(head.header(name), packed.header(name), "{path}: {name}");
        }
    }
}

#[test]
fn a_known_text_is_not_sent_again_in_the_same_coding() {
    let app = App::start(&Database::fresh_sqlite());
    for (path, _, _) in TEXTS {
        let ask =
            |coding: &str, known: &str| app.ask("GET", path, &[("accept-encoding", coding), ("if-none-match", known)]);
        let etag = |coding: &str| ask(coding, "\"other\"").header("etag").expect("an ETag").to_string();
        let (plain, packed) = (etag("identity"), etag("gzip"));
        assert_ne!(plain, packed, "{path}: the bytes are not the same");
        for (coding, known, status) in
            [("identity", &plain, 304), ("gzip", &packed, 304), ("gzip", &plain, 200), ("identity", &packed, 200)]
        {
            let answer = ask(coding, known);
            assert_eq!((answer.status, answer.header("vary")), (status, Some("accept-encoding")), "{path} in {coding}");
        }
    }
}

#[test]
fn an_address_with_the_version_of_its_file_may_be_kept_for_a_year() {
    let app = App::start(&Database::fresh_sqlite());
    let page = app.get("/").text();
    let addresses: Vec<&str> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    assert!(addresses.len() >= 4, "{addresses:?}");
    for address in addresses {
        assert!(address.contains("?v="), "{address}");
        let kept = app.get(address);
        assert_eq!(kept.header("cache-control"), Some("public, max-age=31536000, immutable"), "{address}");
        let other = app.get(&format!("{address}0"));
        assert_eq!(other.header("cache-control"), Some("no-cache"), "{address} of another release");
    }
}

#[test]
fn a_part_is_one_of_the_compressed_bytes() {
    let app = App::start(&Database::fresh_sqlite());
    let packed = app.ask("GET", BUNDLE, &[("accept-encoding", "gzip")]);
    let part = app.ask("GET", BUNDLE, &[("accept-encoding", "gzip"), ("range", "bytes=1000-1999")]);
    assert_eq!((part.status, part.header("content-encoding")), (206, Some("gzip")));
    assert_eq!(part.body, packed.body[1000..2000]);
    assert_eq!(part.header("etag"), packed.header("etag"));
}

#[test]
fn pictures_are_compressed_already() {
    let app = App::start(&Database::fresh_sqlite());
    for (path, content_type) in [("/favicon.ico", "image/x-icon"), ("/assets/touch-icon.png", "image/png")] {
        let answer = app.ask("GET", path, &[("accept-encoding", "gzip")]);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
        assert_eq!((answer.header("content-encoding"), answer.header("vary")), (None, None), "{path}");
    }
}

#[test]
fn what_the_page_of_the_api_does_not_need_is_not_served() {
    let app = App::start(&Database::fresh_sqlite());
    for file in ["index.html", "oauth2-redirect.html", "swagger-ui.js", "nothing", "../openapi.json"] {
        assert_eq!(app.get(&format!("/api/docs/{file}")).status, 404, "{file}");
    }
}

#[test]
fn slow_readers_of_the_largest_file_cost_little_memory() {
    let app = App::start(&Database::fresh_sqlite());
    let memory = || app.metric("process_resident_memory_bytes").unwrap() / 1024.0 / 1024.0;
    for coding in ["identity", "gzip"] {
        let whole = app.ask("GET", BUNDLE, &[("accept-encoding", coding)]);
        let before = memory();
        let request = format!("GET {BUNDLE} HTTP/1.1\r\nhost: x\r\naccept-encoding: {coding}\r\n\r\n");
        let mut readers: Vec<Connection> = (0..SLOW_READERS).map(|_| slow_reader(app.address)).collect();
        for reader in &mut readers {
            reader.send(request.as_bytes()).unwrap();
        }
        // Each answer has begun when its head has come, and none of them can be at its end.
        for reader in &mut readers {
            let head = reader.head().unwrap();
            assert_eq!(head.header("content-length"), Some(whole.body.len().to_string().as_str()));
        }
        let grown = memory() - before;
        println!(
            "  {SLOW_READERS} slow readers of {} kB ({coding}): {before:.1} MiB, and {grown:.1} MiB more",
            whole.body.len() / 1000
        );
        assert!(grown <= 20.0, "{grown:.1} MiB more than {before:.1} MiB");
    }
}

/// A connection on which the kernel has room for little on its way to us: what we do not read, the server keeps.
fn slow_reader(address: SocketAddr) -> Connection {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    // With the 64 kB of the loopback device, the server's kernel would take all of it at once.
    socket.set_tcp_mss(536).unwrap();
    socket.connect(&address.into()).unwrap();
    Connection::on(socket.into()).unwrap()
}
