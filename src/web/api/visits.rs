//! `/api/v1/visits`: counts a visit, or tells how many there were.

use std::sync::Arc;

use salvo::Response;
use salvo::http::StatusCode;
use salvo::writing::Json;
use salvo_oapi::{ToSchema, endpoint};
use serde::Serialize;

use crate::gallery::{Gallery, VisitCounter};
use crate::web::error::Error;

/// A counted visit.
#[derive(Serialize, ToSchema)]
#[salvo(schema(name = Visitor))]
pub struct Visitor {
    /// This visitor's own number: unique, and greater than all given before.
    visitor: i64,
}

/// How many visits there were.
#[derive(Serialize, ToSchema)]
#[salvo(schema(name = Visits))]
pub struct Visits {
    /// Visits ever counted.
    total: i64,
}

/// Counts a visit.
#[derive(Clone)]
pub struct PostVisit(pub VisitCounter);

/// Counts a visit
///
/// The answer comes when the number is durable.
#[endpoint(
    operation_id = "count_visit",
    tags("visits"),
    status_codes(201),
    responses((status_code = 201, description = "The visit is counted.", body = Visitor))
)]
impl PostVisit {
    async fn handle(&self, response: &mut Response) -> Result<(), Error> {
        let visitor = self.0.count().await.map_err(Error::NotCounted)?;
        response.status_code(StatusCode::CREATED);
        response.render(Json(Visitor { visitor }));
        Ok(())
    }
}

/// Tells the total.
#[derive(Clone)]
pub struct GetVisits(pub Arc<Gallery>);

/// How many visits there were
#[endpoint(operation_id = "get_visits", tags("visits"))]
impl GetVisits {
    async fn handle(&self) -> Result<Json<Visits>, Error> {
        let total = self.0.total_visits().await.map_err(Error::Unavailable)?;
        Ok(Json(Visits { total }))
    }
}
