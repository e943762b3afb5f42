//! The only room that knows SQL. It knows neither HTTP nor what a visitor or a dog means to people.

mod atomically;
mod connection;
mod error;
mod gifs;
mod line;
mod migrations;
mod mysql;
mod patience;
mod pool;
mod probe;
mod read_timeout;
mod replacement;
mod schema;
#[cfg(test)]
pub mod scratch;
mod snapshot;
mod sqlite;
mod visits;

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{Pool, State};
use scheduled_thread_pool::ScheduledThreadPool;
use tokio::sync::Semaphore;

use crate::config::{Backend, Database};

use pool::LastFailure;

pub use atomically::atomically;
pub use connection::{AnyConnection, Connector};
pub use error::Error;
pub use gifs::{
    Added, FileKind, GifFacts, GifRecord, GifTexts, add_gif, catalogue_version, count_gifs, find_file, for_each_gif,
    gifs_after, gifs_from_to, remove_gif,
};
pub use migrations::{Migrated, ensure_current, migrate, revert_all};
pub use patience::Patience;
pub use pool::PoolManager;
pub use probe::{Look, Probe};
pub use replacement::{claim_catalogue, put_gif, remove_all_gifs, renew_catalogue, reserve_ids};
pub use snapshot::{Contents, Snapshot, StoredGif, read_snapshot};
pub use sqlite::{Purpose, SqliteFile};
pub use visits::{
    CountInUse, Counted, Ledger, Regression, Settled, raise_visits, set_visits, total_visits, try_counting,
};

/// Longest wait for a connection, and for an answer, of one piece of work.
const DEADLINE: Duration = Duration::from_secs(2);

/// A pool of connections for reads and rare writes, and the one door to it from async code.
#[derive(Clone)]
pub struct Store {
    connector: Connector,
    pool: Pool<PoolManager>,
    last_failure: LastFailure,
    /// As many as connections: waiting happens here, on the async side, not on blocking threads.
    permits: Arc<Semaphore>,
}

impl Store {
    /// Prepares a pool without connecting: a database that is away, or not there yet, is not an error yet.
    pub fn open(database: &Database) -> Self {
        let connector = Connector::new(database);
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
            .build_unchecked(PoolManager::new(connector.clone()));
        Self { connector, pool, last_failure, permits: Arc::new(Semaphore::new(size as usize)) }
    }

    /// Applies what is pending. An SQLite file that is not there is made, with its tables, for `purpose`.
    ///
    /// # Errors
    /// A migration fails, or something is left of an earlier SQLite database that is not there any more.
    pub fn migrate(&self, purpose: Purpose) -> Result<Migrated, Error> {
        if let Some(file) = self.connector.file()
            && let Some(migrated) = file.make(purpose, migrations::migrate_sqlite)?
        {
            return Ok(migrated);
        }
        if purpose == Purpose::Beginning {
            self.ensure_nothing_is_lost()?;
        }
        self.on_this_thread(migrate)
    }

    /// Runs `work` on the only connection that this process has then.
    ///
    /// # Errors
    /// The database cannot be reached, or what `work` returns.
    pub fn on_only_connection<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        match self.connector.file() {
            None => self.on_this_thread(work),
            Some(file) => work(&mut AnyConnection::Sqlite(file.connect_alone()?)),
        }
    }

    /// Checks that everything that was acknowledged is still there, as far as this can be told: on SQLite, where the
    /// process notes it beside the file.
    ///
    /// # Errors
    /// Something was lost.
    pub fn ensure_nothing_is_lost(&self) -> Result<(), Error> {
        self.connector.file().map_or(Ok(()), |file| file.ensure_nothing_is_lost(|| self.on_this_thread(total_visits)))
    }

    /// The highest number that was acknowledged, as far as it is known without the database.
    pub fn highest_acknowledged(&self) -> Option<i64> {
        self.connector.file()?.highest()
    }

    /// Forgets what was acknowledged, because the count is set on purpose.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn forget_acknowledged(&self) -> Result<(), Error> {
        self.connector.file().map_or(Ok(()), SqliteFile::forget_highest)
    }

    /// Closes what is open, once nothing is asked of the database any more: an SQLite file has everything in it then.
    ///
    /// # Errors
    /// Some of it is still in the `-wal`.
    pub fn close(&self) -> Result<(), Error> {
        let Some(file) = self.connector.file() else { return Ok(()) };
        let outcome = file.close();
        // Drops every idle connection: none of them is valid any more.
        let _ = self.pool.try_get();
        outcome
    }

    /// A ledger for counting visits, on a connection of its own.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.connector.clone())
    }

    /// A look at the database for probes, on a connection of its own: visitors cannot keep it waiting.
    pub fn probe(&self) -> Probe {
        Probe::new(self.connector.clone())
    }

    /// The kind of database.
    pub fn backend(&self) -> Backend {
        self.connector.backend()
    }

    /// Most connections that the pool opens.
    pub fn most_pooled_connections(&self) -> u32 {
        self.pool.max_size()
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
    pub async fn within_deadline<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let late = |_| self.last_failure.explain(format!("no answer within {} s", DEADLINE.as_secs()));
        tokio::time::timeout(DEADLINE, self.without_deadline(work)).await.map_err(late)?
    }

    /// The same for work that may take its time.
    ///
    /// # Errors
    /// No connection can be had, or what `work` returns.
    pub async fn without_deadline<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.permits.clone().acquire_owned().await.expect("the semaphore is never closed");
        let (pool, last_failure) = (self.pool.clone(), self.last_failure.clone());
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut connection = pool.get().map_err(|_| last_failure.explain("no connection became free".into()))?;
            last_failure.forget();
            work(connection.any())
        });
        done.await.unwrap_or_else(|panic| Err(Error::unreachable(panic)))
    }

    /// Runs `work` on a connection of its own and the calling thread: for the command line and for start-up.
    ///
    /// # Errors
    /// The database cannot be reached, or what `work` returns.
    pub fn on_this_thread<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        // Connecting directly names the cause at once, where the pool would only say that time ran out.
        work(&mut self.connector.connect_now(Patience::Unlimited)?)
    }
}
