//! `GET /api/docs`: a browser for the API, from this program alone.

use std::sync::Arc;

use salvo::http::HeaderValue;
use salvo::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use salvo::{Response, handler};

use super::templates::{HTML, Pages};
use crate::web::error::Error;

/// Swagger UI draws its icons from data URLs; they stay within the page.
const DOCS_POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; \
                           connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The browser of the API. salvo's own page has an inline script, which our policy forbids.
#[derive(Clone)]
pub struct ApiDocs(pub Arc<Pages>);

#[handler]
impl ApiDocs {
    async fn handle(&self, response: &mut Response) -> Result<(), Error> {
        let page = self.0.api_docs().map_err(|error| Error::Internal(error.into()))?;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
        response.body(page);
        Ok(())
    }
}
