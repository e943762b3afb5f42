//! What is answered to requests that cannot be served.

use crate::harness::dogs::expect_dog_on;
use crate::harness::http::Connection;
use crate::harness::{App, Database};

/// A path of each kind.
const READ_ONLY: [&str; 9] = [
    "/",
    "/dogs/rex-test",
    "/random.gif",
    "/favicon.ico",
    "/api/openapi.json",
    "/api/docs",
    "/api/v1/gifs",
    "/api/v1/gifs/random",
    "/api/v1/gifs/rex-test",
];

#[test]
fn nothing_at_an_address_is_a_page_for_people_and_a_problem_for_programs() {
    let app = App::start(&Database::migrated());
    let page = app.ask("GET", "/nothing/here", &[("x-request-id", "find-me-7")]);
    assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("find-me-7"), "{}", page.text());
    let problem = app.ask("GET", "/api/v1/nothing", &[("x-request-id", "find-me-8")]);
    assert_eq!((problem.status, problem.header("content-type")), (404, Some("application/problem+json")));
    let problem = problem.json();
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["request_id"], "find-me-8");
    assert_eq!(problem["type"], "about:blank");
    assert!(problem["detail"].as_str().unwrap().ends_with('.'), "one short sentence: {problem}");
}

#[test]
fn the_page_of_an_error_shows_a_dog_even_if_all_of_them_were_removed() {
    let database = Database::migrated();
    database.execute("DELETE FROM gifs");
    database.execute("UPDATE catalogue SET version = version + 20");
    let app = App::start(&database);
    app.log.message("Catalogue read");
    let page = app.get("/nothing/here");
    assert_eq!(page.status, 404);
    expect_dog_on(&page.text(), &app);
}

#[test]
fn head_works_wherever_get_does() {
    let app = App::start(&Database::with_three_dogs());
    let mut paths = READ_ONLY.map(String::from).to_vec();
    paths.push("/api/v1/visits".into());
    paths.push(app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().into());
    for path in paths {
        let (get, head) = (app.get(&path), app.ask("HEAD", &path, &[]));
        assert!(matches!(get.status, 200 | 302), "{path} answers {}", get.status);
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let app = App::start(&Database::with_three_dogs());
    for path in READ_ONLY {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
            let answer = app.ask(method, path, &[]);
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method} {path}");
        }
    }
    let answer = app.ask("DELETE", "/api/v1/visits", &[]);
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, POST")));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
}

#[test]
fn a_body_where_none_is_expected_is_too_large_beyond_a_kilobyte() {
    let app = App::start(&Database::migrated());
    let send = |length: usize| {
        let mut connection = Connection::open(app.address).unwrap();
        connection.ask("POST", "/api/v1/visits", &[], &vec![b'x'; length]).unwrap()
    };
    assert_eq!(send(1024).status, 201);
    let refused = send(1025);
    assert_eq!((refused.status, refused.header("content-type")), (413, Some("application/problem+json")));
    assert_eq!(app.get("/api/v1/visits").json()["total"], 1, "what is refused is not counted");
    // Announced, but never sent: the answer does not wait for it.
    let mut connection = Connection::open(app.address).unwrap();
    connection.send(b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n").unwrap();
    assert_eq!(connection.answer(false).unwrap().status, 413);
}

#[test]
fn a_chunked_body_is_measured_while_it_comes() {
    let app = App::start(&Database::migrated());
    let send = |chunks: usize| {
        let mut connection = Connection::open(app.address).unwrap();
        connection.send(b"POST /api/v1/visits HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
        for _ in 0..chunks {
            let chunk = format!("200\r\n{}\r\n", "x".repeat(512));
            if connection.send(chunk.as_bytes()).is_err() {
                break;
            }
        }
        let _ = connection.send(b"0\r\n\r\n");
        connection.answer(false).unwrap().status
    };
    assert_eq!(send(2), 201);
    assert_eq!(send(3), 413);
}

#[test]
fn absurd_addresses_and_heads_are_the_clients_fault() {
    let app = App::start(&Database::migrated());
    let long = format!("/{}", "a".repeat(60_000));
    for path in [long.as_str(), "/%ff%fe%00", "/dogs/%2e%2e%2f", "/dogs/..%5c", "/gifs/%00.gif", "//", "/?%ff=%zz"] {
        let status = app.get(path).status;
        assert!((200..500).contains(&status), "{} answers {status}", &path[..path.len().min(40)]);
    }
    let mut connection = Connection::open(app.address).unwrap();
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-dog: woof\r\n".repeat(500));
    connection.send(head.as_bytes()).unwrap();
    let status = connection.answer(false).unwrap().status;
    assert!((400..500).contains(&status), "500 headers answer {status}");
}

#[test]
fn who_does_not_say_for_whom_a_request_is_gets_400() {
    let app = App::start(&Database::migrated());
    for address in [app.address, app.operations] {
        let ask = |version: &str, hosts: &str| {
            let mut connection = Connection::open(address).unwrap();
            connection.send(format!("GET /api/v1/visits HTTP/{version}\r\n{hosts}\r\n").as_bytes()).unwrap();
            connection.answer(false).unwrap()
        };
        let expected = if address == app.address { 200 } else { 404 };
        for (version, hosts) in [
            ("1.1", "host: dogs.example\r\n"),
            ("1.1", "host: [::1]:5000\r\n"),
            ("1.1", "host:\r\n"),
            ("1.0", ""),
            ("1.0", "host: dogs.example\r\n"),
        ] {
            assert_eq!(ask(version, hosts).status, expected, "HTTP/{version} {hosts}");
        }
        for (version, hosts) in [
            ("1.1", ""),
            ("1.1", "host: a\r\nhost: b\r\n"),
            ("1.1", "host: a\r\nhost: a\r\n"),
            ("1.0", "host: a\r\nhost: b\r\n"),
            ("1.1", "host: user:password@dogs.example\r\n"),
            ("1.1", "host: dogs.example/path\r\n"),
            ("1.1", "host: a,b\r\n"),
        ] {
            let answer = ask(version, hosts);
            assert_eq!(answer.status, 400, "HTTP/{version} {hosts}");
            assert!(answer.text().contains("Host header"), "{}", answer.text());
            assert!(!answer.text().contains("password"), "{}", answer.text());
        }
    }
}

/// What every answer says, word by word: a weaker value is a change of policy.
const PROTECTION: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const A_YEAR: &str = "public, max-age=31536000, immutable";

#[test]
fn every_answer_protects_its_reader() {
    let app = App::start(&Database::with_three_dogs());
    let gif = app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().to_string();
    for (method, path, cache_control, who_may_show_it) in [
        ("GET", "/", "no-store", "same-origin"),
        ("HEAD", "/", "no-store", "same-origin"),
        ("DELETE", "/", "no-store", "same-origin"),
        ("GET", "/nothing", "no-store", "same-origin"),
        ("GET", "/api/v1/gifs", "no-store", "same-origin"),
        ("GET", "/api/v1/nothing", "no-store", "same-origin"),
        ("GET", "/api/docs", "no-store", "same-origin"),
        ("GET", "/assets/style.css", "no-cache", "same-origin"),
        ("GET", "/random.gif", "no-store", "cross-origin"),
        ("GET", &gif, A_YEAR, "cross-origin"),
    ] {
        let answer = app.ask(method, path, &[]);
        for (name, value) in PROTECTION {
            assert_eq!(answer.header(name), Some(value), "{method} {path}: {name}");
        }
        // The browser of the API draws with inline pictures; no other page does.
        let image_sources = if path == "/api/docs" { "img-src 'self' data:" } else { "img-src 'self'" };
        let policy = POLICY.replace("img-src 'self'", image_sources);
        assert_eq!(answer.header("content-security-policy"), Some(policy.as_str()), "{method} {path}");
        assert_eq!(answer.header("cache-control"), Some(cache_control), "{method} {path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some(who_may_show_it), "{method} {path}");
        assert_eq!(answer.header("x-request-id").map(str::len), Some(26), "{method} {path}: a ULID");
        assert_eq!(answer.header("strict-transport-security"), None, "{method} {path} came without a proxy");
        assert!(answer.header("server").is_none() && answer.header("set-cookie").is_none(), "{method} {path}");
    }
}

#[test]
fn a_harmless_request_id_is_kept_and_any_other_replaced() {
    let app = App::start(&Database::migrated());
    let id = |given: &str| {
        app.ask("GET", "/random.gif", &[("x-request-id", given)]).header("x-request-id").unwrap().to_string()
    };
    assert_eq!(id("abc-123_X.y"), "abc-123_X.y");
    for bad in ["", "two words", "<script>", "a\"b", &"x".repeat(65), "dög"] {
        let new = id(bad);
        assert_ne!(new, bad);
        assert_eq!(new.len(), 26, "a ULID: {new}");
    }
    assert_ne!(id(""), id(""));
}
