//! The road from a commit to healthy pods, on one machine. In reading order: `tools` brings the programs, `machine`
//! the place they run in, `control_plane`, `node`, `git` and `argocd` make the cluster of them.

pub mod adoption;
pub mod argocd;
pub mod chart;
pub mod cleanup;
mod cluster;
pub mod control_plane;
pub mod delivery;
pub mod encoding;
pub mod git;
pub mod image;
pub mod kubectl;
pub mod load;
pub mod machine;
pub mod node;
pub mod secrets;
pub mod tools;

pub use cluster::{Cluster, Nodes, Options};
pub use secrets::password;
