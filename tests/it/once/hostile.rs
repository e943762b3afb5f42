//! Ten thousand malformed and absurd requests: no 5xx, no panic, no hang, and a correct count afterwards.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::harness::{App, Database};

const ATTACKERS: u64 = 24;
const REQUESTS_EACH: usize = 450;

/// Whoever waits for the rest of a request is told by then that there is none.
const FIRST_WAIT: Duration = Duration::from_millis(60);

/// An answer, or the end of the connection, comes within this; the server's own limit is 10 s.
const LAST_WAIT: Duration = Duration::from_secs(15);

const METHODS: [&str; 12] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "G\0T", "", "🐕"];

/// Stands for the address of a GIF that is there.
const GIF: &str = "/gifs/rex.gif";

const PATHS: [&str; 26] = [
    "/",
    GIF,
    GIF,
    "/dogs/rex-test",
    "/dogs/..%2f..%2fetc%2fpasswd",
    "/dogs/%00",
    "/gifs/0000.gif",
    "/gifs/../../etc/passwd.gif",
    "/random.gif",
    "/api/v1/gifs?after=%FF&limit=-1",
    "/api/v1/gifs?limit=99999999999999999999999",
    "/api/v1/gifs?after=' OR 1=1--",
    "/api/v1/gifs/%F0%9F%90%95",
    "/api/v1/visits",
    "/api/docs/..%2f..%2f",
    "/assets/..%2fstyle.css",
    "http://elsewhere.example/",
    "//elsewhere.example",
    "*",
    "",
    "?after=rex-test",
    "/?after=%",
    "/{slug}",
    "/\\..\\..",
    "/%2e%2e/%2e%2e",
    "/\u{202e}gif.dog",
];

const HEADERS: [&str; 26] = [
    "host: dogs.example",
    "host: ",
    "host: a\r\nhost: b",
    "host: [::1",
    "connection: close",
    "connection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__",
    "content-length: -1",
    "content-length: 18446744073709551616",
    "content-length: 5\r\ncontent-length: 6",
    "transfer-encoding: chunked",
    "transfer-encoding: chunked, gzip",
    "transfer-encoding: chunked\r\ncontent-length: 4",
    "expect: 100-continue",
    "expect: the unexpected",
    "range: bytes=0-0,1-1,2-2,3-3",
    "range: bytes=7-3",
    "range: bytes=-0",
    "range: bytes=-18446744073709551615",
    "range: bytes=18446744073709551615-",
    "if-none-match: \"",
    "if-range: W/\"\"",
    "x-request-id: ../../\u{7f}",
    "x-forwarded-host: evil.example\"><script>",
    "accept-encoding: gzip;q=9, *;q=-1",
    "cookie: =;;;=",
    ": no name",
];

/// Beginnings of other protocols.
const STRANGERS: [&[u8]; 6] = [
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"SSH-2.0-OpenSSH_9.9\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"\0\0\0\0\r\n\r\n\r\n",
];

#[test]
fn ten_thousand_hostile_requests_do_no_harm() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    let gif = app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().to_string();
    let begin = Instant::now();
    let attack = |seed: u64| {
        let mut random = StdRng::seed_from_u64(seed);
        let mut statuses = Vec::new();
        for _ in 0..REQUESTS_EACH {
            let request = request(&mut random, &gif);
            match send(app.address, &request) {
                Ok(status) => statuses.push(status),
                Err(problem) => panic!("seed {seed}: {problem} after {:?}", String::from_utf8_lossy(&request)),
            }
        }
        statuses
    };
    let statuses: Vec<Option<u16>> = std::thread::scope(|scope| {
        let attack = &attack;
        let attackers: Vec<_> = (0..ATTACKERS).map(|seed| scope.spawn(move || attack(seed))).collect();
        attackers.into_iter().flat_map(|attacker| attacker.join().unwrap()).collect()
    });
    assert!(statuses.len() >= 10_000);
    let count = |class: u16| statuses.iter().flatten().filter(|status| **status / 100 == class).count();
    let hung_up = statuses.iter().filter(|status| status.is_none()).count();
    println!(
        "  {} hostile requests in {:.1?}: {} x 2xx, {} x 3xx, {} x 4xx, {hung_up} hung up on",
        statuses.len(),
        begin.elapsed(),
        count(2),
        count(3),
        count(4),
    );
    assert!(count(2) > 300 && count(4) > 2000, "the requests are neither all bad nor all good");
    assert_eq!(count(5), 0);
    stands_as_before(&app, &database);
}

/// What the attackers may not have seen, the server knows.
fn stands_as_before(app: &App, database: &Database) {
    let metrics = app.probe("/metrics").text();
    let is_failure = |line: &&str| line.starts_with("http_requests_total{") && line.contains("status=\"5");
    assert_eq!(metrics.lines().filter(is_failure).find(|line| !line.ends_with(" 0")), None);
    assert_eq!(app.metric("http_requests_in_flight"), Some(0.0));
    let routes = metrics.lines().filter(|line| line.starts_with("http_requests_total{")).count();
    assert!(routes < 150, "labels are bounded: {routes}");
    assert_eq!(app.probe("/livez").status, 200);
    let total = database.total();
    assert_eq!(app.metric("dog_gif_visits_total"), Some(total as f64));
    assert_eq!(app.get("/").visitor(), Some(total + 1));
    let worst = app.log.json().into_iter().find(|line| line["level"] == "critical" || line["msg"] == "Panicked");
    assert_eq!(worst, None);
}

fn request(random: &mut StdRng, gif: &str) -> Vec<u8> {
    let mut request = match random.random_range(0..20) {
        0 => STRANGERS.choose(random).unwrap().to_vec(),
        1 => (0..random.random_range(1..300)).map(|_| random.random()).collect(),
        2 => [
            b"GET /".as_slice(),
            "a".repeat(random.random_range(1_000..100_000)).as_bytes(),
            b" HTTP/1.1\r\nhost: x\r\n\r\n",
        ]
        .concat(),
        3 => {
            format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(random.random_range(50..400))).into_bytes()
        }
        4 => [
            b"GET / HTTP/1.1\r\nhost: x\r\nx: ".as_slice(),
            &vec![b'y'; random.random_range(1_000..700_000)],
            b"\r\n\r\n",
        ]
        .concat(),
        5 => chunked(random),
        _ => composed(random, gif),
    };
    match random.random_range(0..8) {
        // A byte or two changed on the way.
        0 => {
            for _ in 0..random.random_range(1..3) {
                let place = random.random_range(0..request.len());
                request[place] = random.random();
            }
        }
        // Cut off.
        1 => request.truncate(random.random_range(1..=request.len())),
        // One right behind the other.
        2 => request.extend(composed(random, gif)),
        _ => {}
    }
    request
}

fn composed(random: &mut StdRng, gif: &str) -> Vec<u8> {
    let mut request = format!("{} {} HTTP/1.1\r\n", METHODS.choose(random).unwrap(), PATHS.choose(random).unwrap());
    if random.random_bool(0.95) {
        request = format!(
            "{} {} HTTP/1.1\r\nhost: x\r\n",
            METHODS[..6].choose(random).unwrap(),
            PATHS.choose(random).unwrap()
        );
    }
    for _ in 0..random.random_range(0..4) {
        request += HEADERS.choose(random).unwrap();
        request += "\r\n";
    }
    if random.random_bool(0.5) {
        request += "connection: close\r\n";
    }
    (request.replace(GIF, gif) + "\r\n").into_bytes()
}

fn chunked(random: &mut StdRng) -> Vec<u8> {
    let sizes = ["0", "5", "-1", "FFFFFFFFFFFFFFFFF", "5;x=y", "", "g", "400", "1000"];
    let mut request = String::from("POST /api/v1/visits HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    for _ in 0..random.random_range(0..5) {
        request += &format!("{}\r\nwoof!\r\n", sizes.choose(random).unwrap());
    }
    request.into_bytes()
}

/// The status of the first answer; none when the server hangs up without one, which it may.
fn send(address: SocketAddr, request: &[u8]) -> Result<Option<u16>, String> {
    let mut stream = TcpStream::connect(address).map_err(|error| format!("cannot connect: {error}"))?;
    stream.set_read_timeout(Some(FIRST_WAIT)).unwrap();
    stream.set_write_timeout(Some(LAST_WAIT)).unwrap();
    // The server may have hung up before it has read all.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    let begin = Instant::now();
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(&buffer[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if begin.elapsed() > LAST_WAIT {
                    return Err("the server hangs".into());
                }
                if answer.len() > 12 {
                    break;
                }
                // Nothing more comes from us; the server answers or hangs up.
                let _ = stream.shutdown(Shutdown::Write);
            }
            Err(_) => break,
        }
    }
    let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    if line.is_empty() {
        return Ok(None);
    }
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|code| code.parse().ok());
    status.map(Some).ok_or_else(|| format!("an answer that is no HTTP: {line:?}"))
}
