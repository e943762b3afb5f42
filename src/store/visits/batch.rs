//! A batch of visits, and what may become of it.

use super::writers::WriterId;

/// One batch of a writer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    pub(super) writer: WriterId,
    /// Its place among the batches of this writer; 1 is the first.
    pub(super) number: i64,
    pub(super) visits: i64,
}

/// What a committed batch has brought the counter to, and where it was before that.
pub(super) struct Moved {
    pub(super) total: i64,
    pub(super) found: i64,
}

/// A batch that was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The last of its numbers.
    pub last: i64,
    /// Set when the database knew of fewer visits than were acknowledged before.
    pub regression: Option<Regression>,
}

/// The database knew of fewer visits than this process has acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regression {
    /// The highest total known to be committed.
    pub known: i64,
    /// The total that the database had.
    pub found: i64,
}

/// What became of an undecided batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was committed; this is the last of its numbers.
    Committed(i64),
    /// It was not, and never will be.
    NeverWillBe,
    /// Nor were batches before it, although their visits were acknowledged: the database has lost them.
    Lost {
        /// The batch that the writer row stands at.
        found: i64,
        /// The batch that was acknowledged last.
        known: i64,
    },
}
