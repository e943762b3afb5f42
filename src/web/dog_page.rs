//! `GET /` and `GET /dogs/{slug}`: a dog, and the visitor's own number.

use salvo::http::header::{CONTENT_TYPE, HOST};
use salvo::http::uri::Authority;
use salvo::http::{HeaderValue, Method};
use salvo::{Request, Response, handler};

use super::Shared;
use super::error::Error;
use super::pages::{self, DogView};
use crate::gallery::{Catalogue, Gif};

/// A random dog; `?after=SLUG` says which one was seen last.
#[derive(Clone)]
pub struct HomePage(pub Shared);

#[handler]
impl HomePage {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let Self(shared) = self;
        let Some(number) = count(shared, request, response).await? else { return Ok(()) };
        let catalogue = shared.gallery.catalogue();
        // A name that is unknown by now excludes nothing; it is no error.
        let after = if request.uri().query().is_some() { request.query::<String>("after") } else { None };
        let dog = catalogue.random(after.as_deref(), &mut rand::rng());
        render_page(shared, request, response, &catalogue, dog, number)
    }
}

/// One dog, under the address it keeps.
#[derive(Clone)]
pub struct DogPage(pub Shared);

#[handler]
impl DogPage {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let Self(shared) = self;
        let slug = request.param::<String>("slug").unwrap_or_default();
        let catalogue = shared.gallery.catalogue();
        // Whoever asks for a dog that is not there is not a visitor.
        let dog = catalogue.find(&slug).ok_or(Error::NoSuchDog)?;
        let Some(number) = count(shared, request, response).await? else { return Ok(()) };
        render_page(shared, request, response, &catalogue, Some(dog), number)
    }
}

/// Counts this visit; HEAD asks about the page without being a visit, and gets no number.
async fn count(shared: &Shared, request: &Request, response: &mut Response) -> Result<Option<i64>, Error> {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(pages::HTML));
    if request.method() == Method::HEAD {
        return Ok(None);
    }
    shared.visits.count().await.map(Some).map_err(Error::NotCounted)
}

/// Writes the page of `dog` for visitor `number`.
///
/// # Errors
/// The template is broken, which tests show.
pub fn render_page(
    shared: &Shared,
    request: &Request,
    response: &mut Response,
    catalogue: &Catalogue,
    dog: Option<Gif<'_>>,
    number: i64,
) -> Result<(), Error> {
    let origin = origin(request, shared.trust_proxy_headers).unwrap_or_default();
    let view = DogView::new(number, dog, catalogue.len(), origin, request.uri().path());
    let page = shared.pages.dog(&view).map_err(|error| Error::Internal(error.to_string()))?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(pages::HTML));
    response.body(page);
    Ok(())
}

/// Scheme and host as the visitor sees them: previews in chats need whole addresses.
fn origin(request: &Request, trust_proxy_headers: bool) -> Option<String> {
    let forwarded = |name| request.headers().get(name).filter(|_| trust_proxy_headers)?.to_str().ok();
    let scheme = if forwarded("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let host = forwarded("x-forwarded-host").or_else(|| request.headers().get(HOST)?.to_str().ok())?;
    let host: Authority = host.parse().ok()?;
    Some(format!("{scheme}://{host}"))
}
