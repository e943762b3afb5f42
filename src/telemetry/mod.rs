//! What the program tells its operators: log lines and metrics. It knows no HTTP and no SQL.

mod causes;
mod json_lines;
mod logging;
mod metrics;

pub use causes::in_full;
pub use logging::{Logging, log_panics};
pub use metrics::{CacheResult, Metrics};
