//! The road from a commit to healthy pods, on one machine.

pub mod delivery;
pub mod load;
