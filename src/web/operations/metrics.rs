//! `GET /metrics`: everything that is measured. Never asks the database.

use std::sync::Arc;

use salvo::http::HeaderValue;
use salvo::http::header::CONTENT_TYPE;
use salvo::{Response, handler};

use crate::gallery::Gallery;
use crate::telemetry::Metrics;
use crate::web::error::Error;

/// Tells all metrics in Prometheus' text format.
#[derive(Clone)]
pub struct MetricsText(pub Metrics, pub Arc<Gallery>);

#[handler]
impl MetricsText {
    async fn handle(&self, response: &mut Response) -> Result<(), Error> {
        let Self(metrics, gallery) = self;
        gallery.measure_pool();
        let text = metrics.render().map_err(|error| Error::Internal(error.into()))?;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(prometheus::TEXT_FORMAT));
        response.body(text);
        Ok(())
    }
}
