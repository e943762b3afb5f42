//! What the workflows call, against a local Git server, a local registry and a GitHub of answers; and the workflows
//! themselves, by act, which runs the jobs of the real files without containers.

mod acted;
mod bump;
mod chart;
mod promote;
mod publish;
mod rules;
pub mod scripts;
mod what_changed;
