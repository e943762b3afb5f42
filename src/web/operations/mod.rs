//! Probes, metrics and version, on a listener of their own that is never exposed to the outside.

mod liveness;
mod metrics;
mod probe;
mod readiness;
mod version;

pub use liveness::Live;
pub use metrics::MetricsText;
pub use readiness::Ready;
pub use version::Version;
