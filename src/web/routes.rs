//! The one list of routes, and what wraps them all.

use salvo::catch_panic::CatchPanic;
use salvo::{Depot, FlowCtrl, Handler, Request, Response, Router, Service, async_trait, handler};

use super::api::{GetGif, GetVisits, ListGifs, OpenApiJson, PostVisit, RandomGif};
use super::error::Error;
use super::files::{Asset, BundledDogFile, Favicon, GifFile, RandomGifRedirect, SwaggerFile};
use super::hoops::Wrap;
use super::operations::{Live, MetricsText, Ready, Version};
use super::pages::{ApiDocs, DogPage, HomePage};
use super::shared::Shared;

/// What visitors reach.
pub fn website(shared: &Shared) -> Service {
    // A series that begins with the first failures would hide them from whoever asks for its increase.
    for route in ["/", "/dogs/{slug}"] {
        for status in ["500", "503"] {
            shared.metrics.http_requests.with_label_values(&["GET", route, status]).reset();
        }
    }
    let api = api(shared);
    let router = Router::new()
        .push(get("/", HomePage(shared.dog_pages())))
        .push(get("dogs/{slug}", DogPage(shared.dog_pages())))
        .push(get("gifs/{file}", GifFile(shared.gallery.clone())))
        .push(get("random.gif", RandomGifRedirect(shared.gallery.clone())))
        .push(get("assets/{file}", Asset))
        .push(get("assets/dogs/{file}", BundledDogFile))
        .push(get("favicon.ico", Favicon))
        .push(get("api/openapi.json", OpenApiJson::of(&api)))
        .push(get("api/docs", ApiDocs(shared.pages.clone())))
        .push(get("api/docs/{file}", SwaggerFile::new()))
        .push(api);
    wrap(shared, router)
}

/// The documented part of the website; the OpenAPI document is generated from it.
fn api(shared: &Shared) -> Router {
    Router::with_path("api/v1")
        .push(get("gifs/random", RandomGif(shared.gallery.clone())))
        .push(get("gifs/{slug}", GetGif(shared.gallery.clone())))
        .push(get("gifs", ListGifs(shared.gallery.clone())))
        .push(
            Router::with_path("visits")
                .get(GetVisits(shared.gallery.clone()))
                .head(Head(GetVisits(shared.gallery.clone())))
                .post(PostVisit(shared.visits.clone()))
                .goal(MethodNotAllowed("GET, HEAD, POST")),
        )
}

/// What only operators and probes reach.
pub fn operations(shared: &Shared) -> Service {
    let router = Router::new()
        .push(get("livez", Live(shared.visits.clone())))
        .push(get("readyz", Ready::new(shared)))
        .push(get("metrics", MetricsText(shared.metrics.clone(), shared.gallery.clone())))
        .push(get("version", Version { revision: shared.revision.clone(), backend: shared.backend }));
    Service::new(router).hoop(Wrap::operations(shared)).hoop(CatchPanic::new())
}

/// Logs, measures and protects `router`, its 404s and 405s included; the first hoop is the outermost.
pub fn wrap(shared: &Shared, router: Router) -> Service {
    Service::new(router).hoop(Wrap::website(shared)).hoop(CatchPanic::new())
}

/// A route that is only read; HEAD works wherever GET does.
fn get(path: &str, handler: impl Handler + Clone) -> Router {
    Router::with_path(path).get(handler.clone()).head(Head(handler)).goal(MethodNotAllowed("GET, HEAD"))
}

/// Answers HEAD as GET; a type of its own, so that the OpenAPI document has each operation once.
struct Head<H>(H);

#[async_trait]
impl<H: Handler> Handler for Head<H> {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
        self.0.handle(request, depot, response, ctrl).await;
    }
}

/// Answers what no method of a route took; salvo's own 405 has no `Allow`.
struct MethodNotAllowed(&'static str);

#[handler]
impl MethodNotAllowed {
    async fn handle(&self) -> Result<(), Error> {
        Err(Error::MethodNotAllowed(self.0))
    }
}
