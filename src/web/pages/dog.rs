//! `GET /` and `GET /dogs/{slug}`: a dog, and the visitor's own number.

use std::sync::Arc;

use salvo::http::header::CONTENT_TYPE;
use salvo::http::{HeaderValue, Method};
use salvo::{Request, Response, handler};

use super::dog_view::DogView;
use super::templates::{HTML, Pages};
use crate::gallery::{Catalogue, Gallery, Gif, VisitCounter};
use crate::web::error::Error;
use crate::web::origin::Origin;

/// What the pages of dogs need.
#[derive(Clone)]
pub struct DogPages {
    /// The dogs.
    pub gallery: Arc<Gallery>,
    /// The visitor count.
    pub visits: VisitCounter,
    /// The templates.
    pub pages: Arc<Pages>,
    /// How this site is addressed.
    pub origin: Origin,
}

/// A random dog; `?after=SLUG` says which one was seen last.
#[derive(Clone)]
pub struct HomePage(pub DogPages);

#[handler]
impl HomePage {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let Self(pages) = self;
        let Some(number) = pages.count(request, response).await? else { return Ok(()) };
        let catalogue = pages.gallery.catalogue();
        // A name that is unknown by now excludes nothing; it is no error.
        let after = if request.uri().query().is_some() { request.query::<String>("after") } else { None };
        let dog = catalogue.random(after.as_deref(), &mut rand::rng());
        pages.write(request, response, &catalogue, dog, number)
    }
}

/// One dog, under the address it keeps.
#[derive(Clone)]
pub struct DogPage(pub DogPages);

#[handler]
impl DogPage {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let Self(pages) = self;
        let slug = request.param::<String>("slug").unwrap_or_default();
        let catalogue = pages.gallery.catalogue();
        // Whoever asks for a dog that is not there is not a visitor.
        let dog = catalogue.find(&slug).ok_or(Error::NoSuchDog)?;
        let Some(number) = pages.count(request, response).await? else { return Ok(()) };
        pages.write(request, response, &catalogue, Some(dog), number)
    }
}

impl DogPages {
    /// Counts this visit; HEAD asks about the page without being a visit, and gets no number.
    async fn count(&self, request: &Request, response: &mut Response) -> Result<Option<i64>, Error> {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
        if request.method() == Method::HEAD {
            return Ok(None);
        }
        self.visits.count().await.map(Some).map_err(Error::NotCounted)
    }

    /// Writes the page of `dog` for visitor `number`.
    ///
    /// # Errors
    /// The template is broken, which tests show.
    pub fn write(
        &self,
        request: &Request,
        response: &mut Response,
        catalogue: &Catalogue,
        dog: Option<Gif<'_>>,
        number: i64,
    ) -> Result<(), Error> {
        let origin = self.origin.of(request).unwrap_or_default();
        let view = DogView::new(number, dog, catalogue.len(), origin, request.uri().path());
        let page = self.pages.dog(&view).map_err(|error| Error::Internal(error.into()))?;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
        response.body(page);
        Ok(())
    }
}
