//! What is answered to requests that cannot be served.

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
fn head_works_wherever_get_does() {
    let app = App::start(&Database::with_three_dogs());
    let mut paths = READ_ONLY.map(String::from).to_vec();
    paths.push("/api/v1/visits".into());
    paths.push(app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().into());
    for path in paths {
        let (get, head) = (app.get(&path), app.ask("HEAD", &path, &[]));
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
fn every_answer_protects_its_reader() {
    let app = App::start(&Database::with_three_dogs());
    let gif = app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().to_string();
    let paths =
        ["/", "/nothing", "/api/v1/gifs", "/api/v1/nothing", "/random.gif", "/api/docs", &gif, "/assets/style.css"];
    for (method, path) in paths.map(|path| ("GET", path)).into_iter().chain([("DELETE", "/"), ("HEAD", "/")]) {
        let answer = app.ask(method, path, &[]);
        let policy =
            answer.header("content-security-policy").unwrap_or_else(|| panic!("{method} {path} has no policy"));
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{method} {path}");
        assert!(answer.header("referrer-policy").is_some(), "{method} {path}");
        assert!(answer.header("permissions-policy").is_some(), "{method} {path}");
        assert!(answer.header("x-request-id").is_some(), "{method} {path}");
        assert!(answer.header("cache-control").is_some(), "{method} {path}");
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
