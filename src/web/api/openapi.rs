//! `GET /api/openapi.json`: the API's description.

use salvo::http::HeaderValue;
use salvo::{Request, Response, Router, handler};
use salvo_oapi::{Info, License, OpenApi};

use crate::web::error::Error;
use crate::web::files::SiteFile;

/// The OpenAPI document.
#[derive(Clone)]
pub struct OpenApiJson(SiteFile);

impl OpenApiJson {
    /// Generated from the handlers of `router`.
    pub fn of(router: &Router) -> Self {
        let license = License::new("MIT").identifier("MIT");
        let info = Info::new("Dog Gif App", crate::VERSION)
            .description("A random dog GIF on every refresh, and a visitor count that is never wrong.")
            .license(license);
        let document = OpenApi::with_info(info).merge_router(router).to_pretty_json();
        let document = document.expect("the document has nothing that JSON cannot say");
        Self(SiteFile::new(document.into_bytes().into(), "application/json"))
    }
}

#[handler]
impl OpenApiJson {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        self.0.write(request, response, HeaderValue::from_static("no-cache")).await
    }
}
