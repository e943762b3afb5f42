//! What every error answer has in common, on every route.

use std::collections::BTreeSet;

use dog_gif_app::gallery::bundled;

use crate::harness::http::{Answer, Connection};
use crate::harness::tree::read;
use crate::harness::{App, Database, wait};

#[test]
fn no_error_answer_may_be_kept() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    let rex = app.get("/api/v1/gifs/rex-test").json()["sha256"].as_str().unwrap().to_string();
    let mut statuses = BTreeSet::new();
    let mut check = |what: String, answer: Answer| {
        if answer.status >= 400 {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{what} answers {}", answer.status);
            assert_eq!(answer.header("etag"), None, "{what} answers {}", answer.status);
            statuses.insert(answer.status);
        }
    };
    for route in routes() {
        let there = route.existing(&rex);
        let missing = route.with(&format!("{}.gif", "0".repeat(64)));
        let nonsense = route.with("%00..%2f");
        let mut ask = |method: &str, path: &str, header: &str, body: &[u8]| {
            let mut connection =
                Connection::open(if route.is_for_operators { app.operations } else { app.address }).unwrap();
            let head = format!("{method} {path} HTTP/1.1\r\nhost: dogs.example\r\n{header}\r\n");
            connection.send(&[head.as_bytes(), body].concat()).unwrap();
            check(format!("{method} {path} {header}"), connection.answer(method == "HEAD").unwrap());
        };
        for method in ["GET", "HEAD", "DELETE"] {
            for path in [&there, &missing, &nonsense] {
                ask(method, path, "", b"");
            }
            ask(method, &format!("{there}?limit=0&after=x"), "", b"");
            ask(method, &there, "range: bytes=99999999-\r\n", b"");
            ask(method, &there, "content-length: 99999\r\n", b"");
            ask(method, &there, "transfer-encoding: chunked\r\n", b"no chunk\r\n");
        }
    }
    // Nothing listens on port 1.
    let mysql = [
        ("MYSQL_HOST", "127.0.0.1"),
        ("MYSQL_PORT", "1"),
        ("MYSQL_USER", "dog"),
        ("MYSQL_DATABASE", "dogs"),
        ("MYSQL_PASSWORD", "x"),
    ];
    let away = App::start_with(&Database::fresh_sqlite(), &mysql);
    for route in routes() {
        let path = route.existing(&rex);
        let answer = if route.is_for_operators { away.probe(&path) } else { away.get(&path) };
        check(format!("GET {path} without a database"), answer);
    }
    assert_eq!(statuses, BTreeSet::from([400, 404, 405, 413, 416, 503]));
    // Whatever is sent as a file refuses ranges that lie outside it.
    for file in ["/gifs/{file}", "/assets/{file}", "/assets/dogs/{file}", "/api/docs/{file}"] {
        let route = routes().into_iter().find(|route| route.pattern == file).expect(file);
        let answer = app.ask("GET", &route.existing(&rex), &[("range", "bytes=99999999-")]);
        assert_eq!((answer.status, answer.header("cache-control")), (416, Some("no-store")), "{file}");
    }
}

/// A line of routes.rs.
struct Route {
    pattern: String,
    is_for_operators: bool,
}

impl Route {
    /// An address where something is; `sha256` is the digest of a GIF.
    fn existing(&self, sha256: &str) -> String {
        let file = match self.pattern.as_str() {
            "/gifs/{file}" => format!("{sha256}.gif"),
            "/assets/{file}" => "style.css".into(),
            "/assets/dogs/{file}" => format!("{}.gif", bundled().next().expect("a dog").sha256),
            _ => "swagger-ui.css".into(),
        };
        self.pattern.replace("{slug}", "rex-test").replace("{file}", &file)
    }

    /// An address with `text` in the place of every name.
    fn with(&self, text: &str) -> String {
        let path = self.pattern.replace("{slug}", text).replace("{file}", text);
        assert!(!path.contains('{'), "a placeholder that this test does not know: {path}");
        path
    }
}

/// Every route of the program.
fn routes() -> Vec<Route> {
    let code = read("src/web/routes.rs");
    let (website, rest) = code.split_once("fn api(").unwrap();
    let (api, rest) = rest.split_once("fn operations(").unwrap();
    let (operations, _) = rest.split_once("\n}\n").unwrap();
    let patterns = |code: &str| -> Vec<String> {
        let quoted =
            |call: &str| code.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_string()).collect();
        let found: [Vec<String>; 2] = [quoted("get(\""), quoted("with_path(\"")];
        found.concat().into_iter().filter(|pattern| pattern != "api/v1").collect()
    };
    let mut routes = Vec::new();
    for (code, prefix, is_for_operators) in [(website, "/", false), (api, "/api/v1/", false), (operations, "/", true)] {
        let patterns = patterns(code);
        assert!(patterns.len() > 3, "{patterns:?}");
        let route = |pattern: String| Route {
            pattern: format!("{prefix}{}", pattern.trim_start_matches('/')),
            is_for_operators,
        };
        routes.extend(patterns.into_iter().map(route));
    }
    routes
}

/// The HTTP library gives these before there is a request that could have an id, a line or a metric. ARCHITECTURE says so.
#[test]
fn what_is_no_request_gets_an_empty_answer_and_the_end_of_its_connection() {
    let app = App::start(&Database::fresh_sqlite());
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(70_000));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-dog: woof\r\n".repeat(500));
    let wide = format!("GET / HTTP/1.1\r\nhost: x\r\nx-dog: {}\r\n\r\n", "woof".repeat(200_000));
    for (request, status) in
        [("woof\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 400), (&long, 414), (&many, 431), (&wide, 431)]
    {
        let begin = &request[..request.len().min(30)];
        let mut connection = Connection::open(app.address).unwrap();
        // The server need not read to the end.
        let _ = connection.send(request.as_bytes());
        let answer = connection.answer(false).unwrap();
        let names: Vec<&str> =
            answer.headers.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "date").collect();
        assert_eq!((answer.status, names), (status, vec!["connection", "content-length"]), "{begin}");
        assert_eq!((answer.header("connection"), answer.body.len()), (Some("close"), 0), "{begin}");
    }
    assert_eq!(app.get("/").status, 200);
    let lines = app.log.wait_for("the visit", wait::PATIENCE, |line| line["msg"] == "Request");
    assert_eq!((&lines["route"], &lines["status"]), (&"/".into(), &200.into()), "no line was written before");
}
