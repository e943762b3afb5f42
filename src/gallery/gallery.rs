//! The gallery: the catalogue of the moment, kept the same as the one in the database, and what hangs beside it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use slog::{Logger, info, warn};

use super::unlisted::Unlisted;
use super::{Catalogue, FileBytes, Files, Readiness, Sha256, Step, VisitCounter, Walk};
use crate::store::{
    AnyConnection, Error, FileKind, Store, catalogue_version, count_gifs, gifs_after, gifs_from_to, total_visits,
};
use crate::telemetry::{Metrics, in_full};

/// How often the version is checked once the catalogue is there.
const REFRESH_INTERVAL: Duration = Duration::from_secs(10);

/// How often it is tried while the database is away.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// So many rows may be in memory twice while a catalogue takes the place of another one.
const ROWS_TWICE: usize = 64 * 1024;

/// The catalogue of the moment, and the files of its GIFs.
pub struct Gallery {
    catalogue: ArcSwap<Catalogue>,
    files: Arc<Files>,
    unlisted: Arc<Unlisted>,
    store: Store,
    metrics: Metrics,
    logger: Logger,
}

/// The database cannot be asked just now. For logs, never for visitors.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Unavailable(#[from] Arc<Error>);

impl From<Error> for Unavailable {
    fn from(error: Error) -> Self {
        Self(Arc::new(error))
    }
}

impl Gallery {
    /// An empty catalogue; [`Gallery::refresh`] fills it.
    pub fn new(files: Files, store: Store, metrics: Metrics, logger: Logger) -> Self {
        let files = Arc::new(files);
        let unlisted = Arc::new(Unlisted::new(files.clone(), store.clone()));
        Self { catalogue: ArcSwap::default(), files, unlisted, store, metrics, logger }
    }

    /// The catalogue of the moment.
    pub fn catalogue(&self) -> Guard<Arc<Catalogue>> {
        self.catalogue.load()
    }

    /// One of the two files of the GIF with this digest, if there is one.
    ///
    /// # Errors
    /// The file is not at hand, and the database cannot be asked.
    pub async fn file(&self, sha256: Sha256, kind: FileKind) -> Result<Option<FileBytes>, Unavailable> {
        let version = {
            let catalogue = self.catalogue.load();
            (!catalogue.contains(&sha256)).then(|| catalogue.version())
        };
        Ok(match version {
            None => self.files.get(sha256, kind).await?,
            Some(version) => self.unlisted.find(version, sha256, kind).await?,
        })
    }

    /// How many visits were ever counted.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn total_visits(&self) -> Result<i64, Unavailable> {
        Ok(self.store.within_deadline(total_visits).await?)
    }

    /// What judges whether `visits` can be counted here, on a connection of its own.
    pub fn readiness(&self, visits: VisitCounter) -> Readiness {
        Readiness::new(self.store.probe(), visits)
    }

    /// Writes into the metrics how many connections there are.
    pub fn measure_pool(&self) {
        let pool = self.store.pool_state();
        let busy = pool.connections - pool.idle_connections;
        self.metrics.pool_connections.with_label_values(&["idle"]).set(pool.idle_connections.into());
        self.metrics.pool_connections.with_label_values(&["busy"]).set(busy.into());
    }

    /// Brings the catalogue up to date if its version has changed, and the total of visits for the metrics.
    ///
    /// # Errors
    /// The database cannot be asked; the catalogue stays as far as it has come, and its version as it was.
    pub async fn refresh(&self) -> Result<(), Error> {
        let (version, total) = self.store.within_deadline(|c| Ok((catalogue_version(c)?, total_visits(c)?))).await?;
        // Never back: the counting thread may have set a later total meanwhile.
        self.metrics.visitors.set(total.max(self.metrics.visitors.get()));
        if version == self.catalogue.load().version() {
            return Ok(());
        }
        let mut walk = Walk::new(Catalogue::clone(&self.catalogue.load()), version);
        let catalogue = loop {
            match self.store.without_deadline(move |connection| walk_on(connection, walk)).await? {
                ControlFlow::Break(catalogue) => break catalogue,
                ControlFlow::Continue(on) => walk = on,
            }
            if walk.replaced() > ROWS_TWICE {
                self.catalogue.store(Arc::new(walk.so_far()));
            }
        };
        info!(self.logger, "Catalogue read"; "gifs" => catalogue.len(), "version" => version);
        self.metrics.catalogue_size.set(i64::try_from(catalogue.len()).unwrap_or(i64::MAX));
        self.files.retain(&catalogue);
        self.catalogue.store(Arc::new(catalogue));
        Ok(())
    }

    /// Refreshes for ever.
    pub async fn keep_fresh(&self) {
        let mut failing = false;
        loop {
            let interval = match self.refresh().await {
                Ok(()) => {
                    if std::mem::take(&mut failing) {
                        info!(self.logger, "The catalogue is refreshed again");
                    }
                    REFRESH_INTERVAL
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        warn!(self.logger, "Cannot refresh the catalogue, will try again"; "cause" => in_full(&error));
                    }
                    RETRY_INTERVAL
                }
            };
            tokio::time::sleep(interval).await;
        }
    }
}

/// Walks along one page of rows; returns the catalogue behind the last one.
fn walk_on(connection: &mut AnyConnection, mut walk: Walk) -> Result<ControlFlow<Catalogue, Walk>, Error> {
    loop {
        match walk.step() {
            Step::After(id) => {
                let page = gifs_after(connection, id)?;
                page.iter().for_each(|record| walk.take(record));
                return Ok(if page.is_empty() { walk.finish() } else { ControlFlow::Continue(walk) });
            }
            Step::Segment { first, last, gifs } => {
                if count_gifs(connection, first, last)? == gifs {
                    walk.pass();
                    continue;
                }
                walk.renew(&gifs_from_to(connection, first, last)?);
                return Ok(ControlFlow::Continue(walk));
            }
            Step::Nothing => return Ok(walk.finish()),
        }
    }
}
