//! What the program is compared to: the same page, log and metrics, but another way of counting.
//! `/uncounted` does not count at all; `/one-transaction` is what one would write first: one transaction
//! per request through the pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use dog_gif_app::config::{Config, Overrides};
use dog_gif_app::gallery::{Files, Gallery, VisitCounter};
use dog_gif_app::store::{AnyConnection, Error, Store};
use dog_gif_app::telemetry::{Logging, Metrics};
use dog_gif_app::web::{self, DogPages, Draining, Origin, Pages, Shared, Terms};
use salvo::{Request, Response, Router, handler};

/// The argument that makes the bench this server.
pub const ARGUMENT: &str = "serve-comparison";

diesel::table! {
    visit_counter (id) {
        id -> BigInt,
        total -> BigInt,
    }
}

/// Serves until it is killed.
pub fn serve() {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads").block_on(async {
        let config = Config::from_environment(Overrides::default()).expect("a valid configuration");
        let logging = Logging::start(config.log);
        let metrics = Metrics::new("bench", config.database.backend());
        let store = Store::open(&config.database);
        let files = Files::new(config.gif_cache_bytes, store.clone(), metrics.clone());
        let gallery = Arc::new(Gallery::new(files, store.clone(), metrics.clone(), logging.logger.clone()));
        gallery.refresh().await.expect("a catalogue");
        let (visits, _counter) =
            VisitCounter::start(store.ledger(), Duration::from_secs(2), metrics.clone(), logging.logger.clone())
                .expect("a thread");
        let shared = Shared {
            gallery,
            visits,
            pages: Arc::new(Pages::compile()),
            metrics,
            logger: logging.logger.clone(),
            draining: Draining::default(),
            origin: Origin::new(None, false),
            revision: "bench".into(),
            backend: config.database.backend(),
        };
        let router = Router::new()
            .push(Router::with_path("uncounted").get(Uncounted { pages: shared.dog_pages(), last: AtomicI64::new(0) }))
            .push(Router::with_path("one-transaction").get(OneTransaction { pages: shared.dog_pages(), store }));
        let bound = web::bind("PORT", "127.0.0.1:0".parse().expect("an address")).expect("a port");
        slog::info!(logging.logger, "Listening"; "address" => %bound.address());
        let (metrics, logger) = (shared.metrics.clone(), shared.logger.clone());
        let terms = Terms { name: "bench", places: 1024, on_end: Box::new(|cause| panic!("{cause}")), metrics, logger };
        bound.serve(web::wrap(&shared, router), terms, std::future::pending()).await;
    });
}

struct Uncounted {
    pages: DogPages,
    last: AtomicI64,
}

#[handler]
impl Uncounted {
    async fn handle(&self, request: &mut Request, response: &mut Response) {
        render(&self.pages, request, response, self.last.fetch_add(1, Ordering::Relaxed));
    }
}

struct OneTransaction {
    pages: DogPages,
    store: Store,
}

#[handler]
impl OneTransaction {
    async fn handle(&self, request: &mut Request, response: &mut Response) {
        // Tries as long as it takes: SQLite turns writers away that wait too long for each other.
        loop {
            if let Ok(number) = self.store.without_deadline(count).await {
                return render(&self.pages, request, response, number);
            }
        }
    }
}

fn count(connection: &mut AnyConnection) -> Result<i64, Error> {
    // Immediate on SQLite, which cannot turn a reader into a writer.
    match connection {
        AnyConnection::Mysql(connection) => connection.transaction(|connection| {
            diesel::update(visit_counter::table.find(1))
                .set(visit_counter::total.eq(visit_counter::total + 1))
                .execute(connection)?;
            Ok(visit_counter::table.find(1).select(visit_counter::total).get_result(connection)?)
        }),
        AnyConnection::Sqlite(connection) => connection.immediate_transaction(|connection| {
            diesel::update(visit_counter::table.find(1))
                .set(visit_counter::total.eq(visit_counter::total + 1))
                .execute(connection)?;
            Ok(visit_counter::table.find(1).select(visit_counter::total).get_result(connection)?)
        }),
    }
}

fn render(pages: &DogPages, request: &Request, response: &mut Response, number: i64) {
    let catalogue = pages.gallery.catalogue();
    let dog = catalogue.random(None, &mut rand::rng());
    pages.write(request, response, &catalogue, dog, number).expect("the page renders");
}
