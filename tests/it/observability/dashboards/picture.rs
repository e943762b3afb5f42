//! The picture of the overview in the README: not a test of anything, but made by what tests are made of. `make picture`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::scraped::{NAMESPACE, Scraped};
use crate::harness::http::Connection;
use crate::harness::{App, Database, Server, wait};

const BOARD: &str = "k8s/charts/dog-gif-app/files/dashboards/overview.json";
const PICTURE: &str = "docs/overview.svg";

/// When what happens.
const DEPLOY: Duration = Duration::from_secs(60);
const FAULT: Duration = Duration::from_secs(120);
const END: Duration = Duration::from_secs(180);
/// Before the picture begins: rates need a window, and so does the load.
const WARMING_UP: Duration = Duration::from_secs(15);

const CAPTION: &str = "Three minutes of two real pods and a real MariaDB: after one a new version is rolled out, after two \
                       the database is killed and started again.";

#[test]
#[ignore = "draws the picture in the README, in four minutes: make picture"]
fn the_overview_is_drawn_from_real_figures() {
    let mut server = Server::start();
    // Long enough for the restart of the database: visits wait for it.
    let database = Database::fresh_on(&server).migrate().with(&[("VISIT_TIMEOUT_SECONDS", "20")]);
    let scraped = Scraped::start();
    let start = |revision: &str| {
        let apps: Vec<App> = (0..2).map(|_| App::start_with(&database, &[("REVISION", revision)])).collect();
        apps.iter().for_each(App::wait_until_ready);
        apps
    };
    let pods = |first: usize, apps: &[App]| -> Vec<(usize, SocketAddr)> {
        apps.iter().enumerate().map(|(number, app)| (first + number, app.operations)).collect()
    };
    let mut old = start(&commit("HEAD~1"));
    scraped.pods(&pods(0, &old));
    let visitors = Visitors::gather(&old);
    wait::pass(WARMING_UP);
    let begin = Instant::now();
    let begin_seconds = scraped.now();

    wait::pass(DEPLOY.saturating_sub(begin.elapsed()));
    let mut new = start(&commit("HEAD"));
    scraped.pods(&[pods(0, &old), pods(2, &new)].concat());
    wait::pass(Duration::from_secs(4));
    visitors.go_to(&new);
    wait::pass(Duration::from_secs(4));
    for app in &mut old {
        app.stop();
    }
    scraped.pods(&pods(2, &new));

    while begin.elapsed() < FAULT {
        wait::pass(Duration::from_millis(100));
    }
    server.kill();
    server.restart();

    while begin.elapsed() < END {
        wait::pass(Duration::from_millis(100));
        // In a cluster the kubelet asks.
        new.iter().for_each(|app| drop(app.probe("/readyz")));
    }
    let visits = visitors.go_home();
    draw(&scraped, begin_seconds);
    println!("{PICTURE} is drawn; {visits} visits were made");
    for app in &mut new {
        app.stop();
    }
}

/// Visitors who come and go like the tide, and do not hurry.
struct Visitors {
    shared: Arc<(Mutex<Vec<SocketAddr>>, AtomicBool)>,
    threads: Vec<JoinHandle<u64>>,
}

impl Visitors {
    fn gather(apps: &[App]) -> Self {
        let shared = Arc::new((Mutex::new(addresses(apps)), AtomicBool::new(false)));
        let begin = Instant::now();
        let visitor = |number| {
            let shared = shared.clone();
            std::thread::spawn(move || visit(number, begin, &shared))
        };
        let threads = (0..8).map(visitor).collect();
        Self { shared, threads }
    }

    fn go_to(&self, apps: &[App]) {
        *self.shared.0.lock() = addresses(apps);
    }

    fn go_home(self) -> u64 {
        self.shared.1.store(true, Ordering::Relaxed);
        self.threads.into_iter().map(|thread| thread.join().expect("a visitor never panics")).sum()
    }
}

fn addresses(apps: &[App]) -> Vec<SocketAddr> {
    apps.iter().map(|app| app.address).collect()
}

/// A page, its GIF, now and then the API and an address that leads nowhere; returns how many pages there were.
fn visit(number: usize, begin: Instant, shared: &(Mutex<Vec<SocketAddr>>, AtomicBool)) -> u64 {
    let mut pages: u64 = 0;
    while !shared.1.load(Ordering::Relaxed) {
        let address = shared.0.lock()[number % 2];
        let asked = Connection::open(address).and_then(|mut open| {
            open.ask("GET", "/", &[], b"")?;
            pages += 1;
            let gif = open.ask("GET", "/random.gif", &[], b"")?.header("location").unwrap_or("/").to_string();
            open.ask("GET", &gif, &[], b"")?;
            if pages.is_multiple_of(4) {
                open.ask("POST", "/api/v1/visits", &[], b"")?;
            }
            if pages.is_multiple_of(12) {
                open.ask("GET", "/nothing", &[], b"")?;
            }
            Ok(())
        });
        // A pod that stops closes its connections; the next visit goes elsewhere.
        drop(asked);
        let tide = (begin.elapsed().as_secs_f64() / 38.0).sin();
        wait::pass(Duration::from_secs_f64(0.11 - 0.05 * tide));
    }
    pages
}

fn draw(scraped: &Scraped, begin: f64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let end = begin + END.as_secs_f64();
    let drawn = Command::new("node")
        .arg("k8s/dashboards/picture.js")
        .args([
            BOARD,
            &format!("http://{}", scraped.prometheus.address),
            NAMESPACE,
            &begin.to_string(),
            &end.to_string(),
            CAPTION,
        ])
        .current_dir(root)
        .output()
        .expect("node");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    std::fs::write(root.join(PICTURE), drawn.stdout).unwrap();
}

/// A commit of this repository, abbreviated.
fn commit(name: &str) -> String {
    let named =
        Command::new("git").args(["rev-parse", "--short=7", name]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    String::from_utf8(named.expect("git").stdout).expect("UTF-8").trim().to_string()
}
