//! Looks at the database for the readiness probe, on a connection of its own: visitors who wait for the pool do not
//! make a server look unready, and an unready database is not hidden by a pool that happens to be idle.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::{AnyConnection, Connector, Error, Patience, ensure_current, try_counting};

/// How long a probe waits for its answer. The look itself goes on until the connection's read timeout.
const DEADLINE: Duration = Duration::from_secs(2);

/// What a probe wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Whether the tables can be read and are the right ones.
    Read,
    /// Also whether visits could be counted: writes what a batch would write, and changes nothing.
    Write,
}

/// One look at a time, and a connection that is kept from one to the next.
#[derive(Clone)]
pub struct Probe {
    connector: Connector,
    connection: Arc<Mutex<Option<AnyConnection>>>,
}

impl Probe {
    pub(super) fn new(connector: Connector) -> Self {
        Self { connector, connection: Arc::default() }
    }

    /// Looks at the database.
    ///
    /// # Errors
    /// What is wrong with it, or [`Error::Unavailable`] when it does not say so within two seconds.
    pub async fn look(&self, look: Look) -> Result<(), Error> {
        let late = |_| Error::Unavailable(format!("no answer within {} s", DEADLINE.as_secs()));
        tokio::time::timeout(DEADLINE, self.look_patiently(look)).await.map_err(late)?
    }

    async fn look_patiently(&self, look: Look) -> Result<(), Error> {
        let (connector, mut kept) = (self.connector.clone(), self.connection.clone().lock_owned().await);
        let done = tokio::task::spawn_blocking(move || {
            connector.ensure_in_place()?;
            let connection = match &mut *kept {
                Some(connection) => connection,
                vacant => vacant.insert(connector.connect_now(Patience::Short)?),
            };
            let outcome = look_with(connection, look);
            if outcome.is_err() {
                // Whether it is the connection or the database: the next look begins anew.
                *kept = None;
            }
            outcome
        });
        done.await.unwrap_or_else(|panic| Err(Error::unreachable(panic)))
    }
}

fn look_with(connection: &mut AnyConnection, look: Look) -> Result<(), Error> {
    ensure_current(connection)?;
    match look {
        Look::Read => Ok(()),
        Look::Write => try_counting(connection),
    }
}
