//! What is done around every handler, in the order in which it happens.
//!
//! # Design
//! One hoop for all of it. salvo has the future of each hoop on the heap, and goes through all of them whenever a request
//! that has waited goes on: seven of them took a tenth of the time of a page.

use salvo::{Depot, FlowCtrl, Request, Response, Writer, handler};
use slog::Logger;

use super::error_bodies::ErrorBodies;
use super::observe::Observe;
use super::security_headers::SecurityHeaders;
use super::{body_limit, host_check, log_failure};
use crate::web::Shared;
use crate::web::error::Error;
use crate::web::request_id::RequestId;

/// Identifies, watches, protects and completes what the handlers answer.
pub struct Wrap {
    security_headers: SecurityHeaders,
    observe: Option<Observe>,
    error_bodies: ErrorBodies,
    logger: Logger,
}

impl Wrap {
    /// For visitors: logged and measured, with pages and problems for errors.
    pub fn website(shared: &Shared) -> Self {
        Self { observe: Some(Observe::new(shared)), ..Self::new(shared, ErrorBodies::pages(shared)) }
    }

    /// For probes: errors in plain text.
    pub fn operations(shared: &Shared) -> Self {
        Self::new(shared, ErrorBodies::plain())
    }

    fn new(shared: &Shared, error_bodies: ErrorBodies) -> Self {
        let security_headers = SecurityHeaders::new(shared);
        Self { security_headers, observe: None, error_bodies, logger: shared.logger.clone() }
    }
}

#[handler]
impl Wrap {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
        let id = RequestId::of(request);
        let under_way = self.observe.as_ref().map(|observe| observe.begin(request, &id));
        self.security_headers.set(request, response, &id);

        match admit(request, response).await {
            Ok(()) => drop(ctrl.call_next(request, depot, response).await),
            Err(error) => {
                error.write(request, depot, response).await;
                ctrl.skip_rest();
            }
        }

        self.error_bodies.complete(request, response, &id);
        if let Some(under_way) = under_way {
            under_way.end(request, response);
        }
        log_failure::log(&self.logger, request, response, &id);
    }
}

/// Turns away what no handler should see.
async fn admit(request: &mut Request, response: &mut Response) -> Result<(), Error> {
    host_check::check(request)?;
    body_limit::drain(request, response).await
}
