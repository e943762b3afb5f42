//! A bug that panics in a handler: whoever asked gets an error answer, and nobody else notices.
//!
//! No handler of the program panics on demand, so this puts one behind the program's own hoops and listeners.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dog_gif_app::gallery::{Files, Gallery, VisitCounter};
use dog_gif_app::store::Store;
use dog_gif_app::telemetry::Metrics;
use dog_gif_app::web::{self, Draining, Origin, Pages, Shared, Terms};
use salvo::{Router, Service, handler};
use slog::{Discard, Logger, o};
use tokio::runtime::{Builder, Runtime};

use crate::harness::Database;
use crate::harness::http::{Answer, Connection};

/// Fewer than the requests that panic: a place that is not given back is missed.
const PLACES: usize = 4;

#[test]
fn a_handler_that_panics_is_answered_and_nobody_else_notices() {
    let server = Server::start();
    let mut kept = Connection::open(server.website).unwrap();
    for _ in 0..2 * PLACES {
        let page = Connection::open(server.website).unwrap().ask("GET", "/panics", &[], b"").unwrap();
        assert_eq!((page.header("content-type"), page.header("x-frame-options")), (Some(HTML), Some("DENY")));
        ensure_error(&page, "Something went wrong on our side.");
        // The connection on which it happened goes on, too.
        ensure_error(&kept.ask("GET", "/panics", &[], b"").unwrap(), "Something went wrong on our side.");
        let mut probe = Connection::open(server.operations).unwrap();
        ensure_error(&probe.ask("GET", "/panics", &[], b"").unwrap(), "500 Internal Server Error: ");
        assert_eq!(probe.ask("GET", "/livez", &[], b"").unwrap().status, 200);
    }
    let problem = kept.ask("GET", "/api/panics", &[], b"").unwrap();
    assert_eq!(problem.header("content-type"), Some("application/problem+json"));
    ensure_error(&problem, "Something went wrong on our side.");
    let visit = kept.ask("POST", "/api/v1/visits", &[], b"").unwrap();
    assert_eq!((visit.status, visit.visitor()), (201, Some(1)));
    let mut operator = Connection::open(server.operations).unwrap();
    assert_eq!(operator.ask("GET", "/readyz", &[], b"").unwrap().status, 200);
    let metrics = operator.ask("GET", "/metrics", &[], b"").unwrap().text();
    for line in [
        &format!("http_requests_total{{method=\"GET\",route=\"/panics\",status=\"500\"}} {}", 4 * PLACES),
        "http_requests_in_flight 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is missing in\n{metrics}");
    }
}

const HTML: &str = "text/html; charset=utf-8";

/// A bug of ours: nobody may keep the answer, and it says nothing of the panic.
fn ensure_error(answer: &Answer, sentence: &str) {
    let text = answer.text();
    assert_eq!((answer.status, answer.header("cache-control")), (500, Some("no-store")), "{text}");
    assert!(text.contains(sentence) && !text.contains(PANIC), "{text}");
}

/// Both listeners of the program in this process, each with a handler that panics.
struct Server {
    website: SocketAddr,
    operations: SocketAddr,
    _runtime: Runtime,
}

impl Server {
    fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let shared = runtime.block_on(shared());
        let panicking = |path: &str| Router::with_path(path).get(Panics);
        let website =
            with(web::website(&shared), |router| router.push(panicking("panics")).push(panicking("api/panics")));
        let operations = with(web::operations(&shared), |router| router.push(panicking("panics")));
        let serve = |name, service| {
            let _inside = runtime.enter();
            let bound = web::bind("PORT", SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
            let address = bound.address();
            let (metrics, logger) = (shared.metrics.clone(), shared.logger.clone());
            let terms = Terms { name, places: PLACES, on_end: Box::new(|cause| panic!("{cause}")), metrics, logger };
            runtime.spawn(bound.serve(service, terms, std::future::pending()));
            address
        };
        Self { website: serve("website", website), operations: serve("operations", operations), _runtime: runtime }
    }
}

/// `service` with more routes, behind the same hoops.
fn with(mut service: Service, more: impl FnOnce(Router) -> Router) -> Service {
    service.router = Arc::new(more(Arc::into_inner(service.router).expect("nobody else has it")));
    service
}

async fn shared() -> Shared {
    let config = Database::fresh_sqlite().migrate().config();
    let backend = config.database.backend();
    let (metrics, logger) = (Metrics::new("abc1234", backend), Logger::root(Discard, o!()));
    let store = Store::open(&config.database);
    let files = Files::new(config.gif_cache_bytes, store.clone(), metrics.clone());
    let gallery = Arc::new(Gallery::new(files, store.clone(), metrics.clone(), logger.clone()));
    gallery.refresh().await.unwrap();
    let (visits, _counting) =
        VisitCounter::start(store.ledger(), Duration::from_secs(30), metrics.clone(), logger.clone()).unwrap();
    Shared {
        gallery,
        visits,
        pages: Arc::new(Pages::compile()),
        metrics,
        logger,
        draining: Draining::default(),
        origin: Origin::new(None, false),
        revision: "abc1234".into(),
        backend,
    }
}

const PANIC: &str = "a bug of ours";

struct Panics;

#[handler]
impl Panics {
    async fn handle(&self) {
        panic!("{PANIC}");
    }
}
