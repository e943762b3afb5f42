//! Keeps the catalogue in memory the same as the one in the database.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use slog::{Logger, info, warn};

use super::{Catalogue, Files};
use crate::store::{Error, Store, catalogue_version, for_each_gif, total_visits};
use crate::telemetry::Metrics;

/// How often the version is checked once the catalogue is there.
const REFRESH_INTERVAL: Duration = Duration::from_secs(10);

/// How often it is tried while the database is away.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// The catalogue of the moment, and the files of its GIFs.
pub struct Gallery {
    catalogue: ArcSwap<Catalogue>,
    /// The GIFs' bytes.
    pub files: Files,
    store: Store,
    metrics: Metrics,
    logger: Logger,
}

impl Gallery {
    /// An empty catalogue; [`Gallery::refresh`] fills it.
    pub fn new(files: Files, store: Store, metrics: Metrics, logger: Logger) -> Self {
        Self { catalogue: ArcSwap::default(), files, store, metrics, logger }
    }

    /// The catalogue of the moment.
    pub fn catalogue(&self) -> Guard<Arc<Catalogue>> {
        self.catalogue.load()
    }

    /// Reads the catalogue anew if its version has changed, and the total of visits for the metrics.
    ///
    /// # Errors
    /// The database cannot be asked; the catalogue stays as it is.
    pub async fn refresh(&self) -> Result<(), Error> {
        let (version, total) = self.store.run(|c| Ok((catalogue_version(c)?, total_visits(c)?))).await?;
        // Never back: the counting thread may have set a later total meanwhile.
        self.metrics.visitors.set(total.max(self.metrics.visitors.get()));
        if version == self.catalogue.load().version() {
            return Ok(());
        }
        let catalogue = self.store.run_long(move |c| Catalogue::read(version, |each| for_each_gif(c, each))).await?;
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
                        warn!(self.logger, "Cannot refresh the catalogue, will try again"; "cause" => %error);
                    }
                    RETRY_INTERVAL
                }
            };
            tokio::time::sleep(interval).await;
        }
    }
}
