//! `GET /version`: what is running.

use std::sync::Arc;

use salvo::writing::Json;
use salvo::{Response, handler};
use serde::Serialize;

use crate::config::Backend;

/// Tells version, commit and kind of database.
#[derive(Clone)]
pub struct Version {
    /// The commit this program was built from.
    pub revision: Arc<str>,
    /// The kind of database.
    pub backend: Backend,
}

#[derive(Serialize)]
struct VersionJson<'a> {
    version: &'static str,
    revision: &'a str,
    store: &'static str,
}

#[handler]
impl Version {
    async fn handle(&self, response: &mut Response) {
        let version = VersionJson { version: crate::VERSION, revision: &self.revision, store: self.backend.name() };
        response.render(Json(version));
    }
}
