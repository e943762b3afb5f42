//! Counts visits in batches, each exactly once, whatever happens to the connection.
//!
//! # Design
//! On MySQL a batch is one autocommit statement, one round trip. It moves the counter and this
//! connection's *writer row* together, and only if both are still as we know them (compare and swap).
//! Every assigned value is a constant, as a multi-table UPDATE has no defined order of assignment.
//! When another replica has counted in between, the batch takes the counter's row lock instead.
//!
//! When the connection breaks, nobody knows whether the last batch was committed. [`Ledger::settle`]
//! finds out on a new connection: it deletes the writer row if it still stands before the batch. Had
//! the statement been lost, it now can never run, as its row is gone; had it run, the row says which
//! numbers it took. Deleting waits for a transaction of ours that is not decided yet.
//!
//! **A new connection writes before it is asked anything.** Its first statement inserts its writer row, which
//! only a server can do that takes writes: a replica that lags, was expelled or lost its majority refuses, or never
//! answers. So nothing is settled on a server that has not applied all that was acknowledged, where a row
//! would still stand before a batch that was committed elsewhere, and the batch would be counted twice.
//!
//! A database may lose what it had acknowledged all the same: a replica that was promoted too early, an old backup.
//! The ledger remembers the highest total it knows to be committed, and never counts on from less: no number is given
//! twice by a process that knows better. What is decided about the row of another is decided by the
//! database's clock, never by ours.
//!
//! A batch of one visit can be sent without waiting for its answer ([`Ledger::count_one`]). Until that is read, the
//! batch is undecided like any other, and whoever settles it reads first.
//!
//! Roads not taken, with their round trips on MySQL: `transaction()` of diesel with UPDATE and SELECT
//! (8), a multi-statement packet (4), `LAST_INSERT_ID(total + n)` and SELECT (2, but its numbers are lost
//! with the connection). SQLite commits in this process: its commits are never ambiguous.

mod batch;
mod compare_and_count;
mod count_reset;
mod counter_row;
mod ledger;
mod mysql_session;
mod rehearsal;
mod sqlite_session;
mod writers;

pub use batch::{Counted, Regression, Settled};
pub use count_reset::{CountInUse, set_visits};
pub use counter_row::{raise_visits, total_visits};
pub use ledger::Ledger;
pub use rehearsal::try_counting;
