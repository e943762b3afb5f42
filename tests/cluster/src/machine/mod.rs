//! A machine inside the machine: namespaces, control groups, processes and addresses that go when it goes.
//! It knows nothing of Kubernetes.

pub mod cgroups;
pub mod directories;
mod enter;
mod forward;
pub mod network;
mod processes;
pub mod requirements;

pub use enter::{Machine, Plan, enter};
pub use processes::{Process, Processes};
