//! The only room that knows SQL. It knows neither HTTP nor what a visitor or a dog means to people.

mod connection;
mod error;
mod gifs;
mod migrations;
mod mysql;
mod replacement;
mod schema;
mod snapshot;
mod visits;

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{HandleError, Pool, State};
use parking_lot::Mutex;
use scheduled_thread_pool::ScheduledThreadPool;
use tokio::sync::Semaphore;

use crate::config::Database;

pub use connection::{AnyConnection, Connector};
pub use error::Error;
pub use gifs::{Added, FileKind, GifRecord, NewGif, add_gif, catalogue_version, find_file, for_each_gif, remove_gif};
pub use migrations::{Migrated, ensure_current, migrate, revert_all};
pub use replacement::{atomically, claim_catalogue, put_gif, raise_visits, remove_all_gifs, reserve_ids};
pub use snapshot::{Contents, Snapshot, StoredGif, read_snapshot};
pub use visits::{Ledger, total_visits};

/// Longest wait for a connection, and for an answer, of one piece of work.
const DEADLINE: Duration = Duration::from_secs(2);

/// A pool of connections for reads and rare writes, and the one door to it from async code.
#[derive(Clone)]
pub struct Store {
    connector: Connector,
    pool: Pool<Connector>,
    last_failure: LastFailure,
    /// As many as connections: waiting happens here, on the async side, not on blocking threads.
    permits: Arc<Semaphore>,
}

impl Store {
    /// Prepares a pool without connecting: a database that is away is not an error yet.
    ///
    /// # Errors
    /// The directory of an SQLite database cannot be made.
    pub fn open(database: &Database) -> Result<Self, Error> {
        let connector = Connector::new(database)?;
        let size = connector.pool_size();
        let last_failure = LastFailure::default();
        let housekeeping = ScheduledThreadPool::builder().num_threads(1).thread_name_pattern("store-{}").build();
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(DEADLINE)
            .idle_timeout(Some(Duration::from_mins(5)))
            .max_lifetime(Some(Duration::from_mins(30)))
            .thread_pool(Arc::new(housekeeping))
            .error_handler(Box::new(last_failure.clone()))
            .build_unchecked(connector.clone());
        Ok(Self { connector, pool, last_failure, permits: Arc::new(Semaphore::new(size as usize)) })
    }

    /// A ledger for counting visits, on a connection of its own.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.connector.clone())
    }

    /// `mysql` or `sqlite`.
    pub fn kind(&self) -> &'static str {
        self.connector.kind()
    }

    /// How many connections there are, and how many of them are idle.
    pub fn pool_state(&self) -> State {
        self.pool.state()
    }

    /// Runs `work` on a pooled connection and a thread where blocking is allowed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when no connection is free, or no answer there, within two seconds;
    /// otherwise what `work` returns. Work that has begun is not interrupted.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let late = |_| self.last_failure.explain(format!("no answer within {} s", DEADLINE.as_secs()));
        tokio::time::timeout(DEADLINE, self.run_long(work)).await.map_err(late)?
    }

    /// The same for work that may take its time.
    ///
    /// # Errors
    /// No connection can be had, or what `work` returns.
    pub async fn run_long<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.permits.clone().acquire_owned().await.expect("the semaphore is never closed");
        let (pool, last_failure) = (self.pool.clone(), self.last_failure.clone());
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut connection = pool.get().map_err(|_| last_failure.explain("no connection became free".into()))?;
            last_failure.forget();
            work(&mut connection)
        });
        done.await.unwrap_or_else(|panic| Err(Error::Unavailable(format!("the work panicked: {panic}"))))
    }

    /// Runs `work` on a connection of its own and the calling thread: for the command line and for start-up.
    ///
    /// # Errors
    /// The database cannot be reached, or what `work` returns.
    pub fn run_here<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        // Connecting directly names the cause at once, where the pool would only say that time ran out.
        work(&mut self.connector.connect_now()?)
    }
}

/// Why the pool last failed to connect. The pool itself tells only the first who ask after a failure,
/// and everyone else that time ran out.
#[derive(Debug, Clone, Default)]
struct LastFailure(Arc<Mutex<Option<String>>>);

impl LastFailure {
    fn explain(&self, otherwise: String) -> Error {
        Error::Unavailable(self.0.lock().clone().unwrap_or(otherwise))
    }

    fn forget(&self) {
        *self.0.lock() = None;
    }
}

impl HandleError<Error> for LastFailure {
    fn handle_error(&self, error: Error) {
        let cause = match error {
            Error::Unavailable(cause) => cause,
            other => other.to_string(),
        };
        *self.0.lock() = Some(cause);
    }
}
