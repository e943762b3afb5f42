//! The committing side of the visitor count: what is known to be committed, and what is not decided yet.

use super::batch::{Batch, Counted, Moved, Regression, Settled};
use super::mysql_session::MysqlSession;
use super::sqlite_session::SqliteSession;
use super::writers::{self, WriterId};
use crate::store::{Connector, Error};

/// Commits batches, one at a time, on a connection of its own.
pub struct Ledger {
    connector: Connector,
    session: Option<Session>,
    undecided: Option<Batch>,
    /// The highest total known to be committed.
    known_total: i64,
    /// Writer rows of connections of ours that are no more.
    left_behind: Vec<WriterId>,
}

enum Session {
    Mysql(MysqlSession),
    Sqlite(SqliteSession),
}

impl Ledger {
    pub(crate) fn new(connector: Connector) -> Self {
        Self { connector, session: None, undecided: None, known_total: 0, left_behind: Vec::new() }
    }

    /// How many visits are in a batch of which nobody knows whether it was committed; 0 if there is none.
    pub fn undecided_visits(&self) -> usize {
        self.undecided.map_or(0, |batch| usize::try_from(batch.visits).unwrap_or(0))
    }

    /// Finds out about the undecided batch.
    ///
    /// # Errors
    /// The database cannot be asked; nothing is decided yet.
    pub fn settle(&mut self) -> Result<Settled, Error> {
        let Some(batch) = self.undecided else { return Ok(Settled::NeverWillBe) };
        if let Some(Session::Mysql(session)) = &mut self.session
            && session.is_under_way()
        {
            let answer = session.read(batch);
            let counted = self.take(answer)?;
            return Ok(counted.map_or(Settled::NeverWillBe, |counted| Settled::Committed(counted.last)));
        }
        let outcome = match self.session()? {
            Session::Mysql(session) => session.settle(batch),
            Session::Sqlite(_) => Ok(Settled::NeverWillBe),
        };
        match outcome {
            Ok(settled) => {
                self.undecided = None;
                // Its row says nothing that anyone still needs to know, if it is there at all.
                writers::leave_behind(&mut self.left_behind, batch.writer);
                if let Settled::Committed(last) = settled {
                    self.known_total = self.known_total.max(last);
                }
                Ok(settled)
            }
            Err(error) => {
                self.end_session();
                Err(error)
            }
        }
    }

    /// Commits `visits` visits.
    ///
    /// # Errors
    /// The batch failed; [`Ledger::undecided_visits`] tells whether it may have been committed all the same.
    pub fn count(&mut self, visits: u32) -> Result<Counted, Error> {
        assert!(self.undecided.is_none(), "an undecided batch is settled before the next one");
        let (visits, known_total) = (i64::from(visits), self.known_total);
        let (outcome, batch) = match self.session()? {
            Session::Mysql(session) => {
                let batch = session.next_batch(visits);
                (session.count(batch, known_total), Some(batch))
            }
            Session::Sqlite(session) => (session.count(visits, known_total), None),
        };
        match outcome {
            Ok(Moved { total, found }) => {
                self.known_total = total;
                let regression = (found < known_total).then_some(Regression { known: known_total, found });
                Ok(Counted { last: total, regression })
            }
            Err(error) => {
                self.undecided = batch;
                self.end_session();
                Err(error)
            }
        }
    }

    /// Commits one visit without holding up a thread; `None`, and nothing is done, if that takes more than one
    /// statement on an open connection. Who gives up waiting leaves an undecided batch behind.
    ///
    /// # Errors
    /// The batch failed; [`Ledger::undecided_visits`] tells whether it may have been committed all the same.
    pub async fn count_one(&mut self) -> Result<Option<Counted>, Error> {
        let (None, Some(Session::Mysql(session))) = (self.undecided, &mut self.session) else {
            return Ok(None);
        };
        if !session.can_send(self.known_total) {
            return Ok(None);
        }
        let batch = session.next_batch(1);
        // From here on, whatever happens.
        self.undecided = Some(batch);
        let answer = session.send(batch).await;
        self.take(answer)
    }

    /// Takes the answer to a batch that was sent: the last of its numbers, or `None` if it has changed nothing.
    fn take(&mut self, answer: Result<Option<i64>, Error>) -> Result<Option<Counted>, Error> {
        match answer {
            Ok(last) => {
                self.undecided = None;
                self.known_total = last.unwrap_or(self.known_total);
                Ok(last.map(|last| Counted { last, regression: None }))
            }
            Err(error) => {
                self.end_session();
                Err(error)
            }
        }
    }

    /// Takes leave of the database, when nothing will be counted any more: a writer row that stays tells of a
    /// process that may still be there.
    pub fn close(&mut self) {
        if let (Some(Session::Mysql(session)), None) = (&mut self.session, &self.undecided) {
            writers::leave_behind(&mut self.left_behind, session.id());
            // Best effort: old rows are pruned all the same.
            let _ = writers::remove(session.connection(), &mut self.left_behind);
        }
    }

    fn session(&mut self) -> Result<&mut Session, Error> {
        // Before the server does, so that no visit has to find out.
        if matches!(&self.session, Some(Session::Mysql(session)) if session.is_stale()) {
            self.end_session();
        }
        match &mut self.session {
            Some(session) => Ok(session),
            vacant => Ok(vacant.insert(Session::open(&self.connector, &mut self.left_behind)?)),
        }
    }

    /// Drops the connection; its row is not needed any more unless a batch of it is undecided.
    fn end_session(&mut self) {
        if let Some(Session::Mysql(session)) = self.session.take()
            && self.undecided.is_none_or(|batch| batch.writer != session.id())
        {
            writers::leave_behind(&mut self.left_behind, session.id());
        }
    }
}

impl Session {
    fn open(connector: &Connector, left_behind: &mut Vec<WriterId>) -> Result<Self, Error> {
        Ok(match connector {
            Connector::Mysql(settings) => Self::Mysql(MysqlSession::open(settings, left_behind)?),
            Connector::Sqlite(file) => Self::Sqlite(SqliteSession::open(file)?),
        })
    }
}
