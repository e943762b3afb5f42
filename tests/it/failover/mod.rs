//! The primary of a replicated MySQL goes while 64 visitors keep coming: no acknowledged visit is lost, none is counted
//! twice, no number is given twice, and numbers are given again soon.

mod long;
mod promotion;
mod trial;
