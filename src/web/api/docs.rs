//! `/api/openapi.json` and `/api/docs`: the API's description and a browser for it, from this program alone.

use std::sync::Arc;

use bytes::Bytes;
use salvo::http::HeaderValue;
use salvo::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use salvo::{Depot, FlowCtrl, Handler, Request, Response, Router, handler};
use salvo_oapi::swagger_ui::SwaggerUi;
use salvo_oapi::{Info, License, OpenApi};

use crate::web::error::Error;
use crate::web::{Pages, pages};

/// Swagger UI draws its icons from data URLs; they stay within the page.
const DOCS_POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; \
                           connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The OpenAPI document.
#[derive(Clone)]
pub struct OpenApiJson(Bytes);

impl OpenApiJson {
    /// Generated from the handlers of `router`.
    pub fn of(router: &Router) -> Self {
        let license = License::new("MIT").identifier("MIT");
        let info = Info::new("Dog Gif App", crate::VERSION)
            .description("A random dog GIF on every refresh, and a visitor count that is never wrong.")
            .license(license);
        let document = OpenApi::with_info(info).merge_router(router).to_pretty_json();
        Self(document.expect("the document has nothing that JSON cannot say").into())
    }
}

#[handler]
impl OpenApiJson {
    async fn handle(&self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response.body(self.0.clone());
    }
}

/// The browser of the API. salvo's own page has an inline script, which our policy forbids.
#[derive(Clone)]
pub struct ApiDocs(pub Arc<Pages>);

#[handler]
impl ApiDocs {
    async fn handle(&self, response: &mut Response) -> Result<(), Error> {
        let page = self.0.api_docs().map_err(|error| Error::Internal(error.to_string()))?;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(pages::HTML));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
        response.body(page);
        Ok(())
    }
}

/// The files of Swagger UI, which salvo embeds.
#[derive(Clone)]
pub struct DocsFiles(SwaggerUi);

impl DocsFiles {
    /// They need no configuration: the page has its own script.
    pub fn new() -> Self {
        Self(SwaggerUi::new("/api/openapi.json"))
    }
}

#[handler]
impl DocsFiles {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
        self.0.handle(request, depot, response, ctrl).await;
    }
}
