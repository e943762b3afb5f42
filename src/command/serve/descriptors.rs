//! How many connections fit below the limit of file descriptors, with room for what must go on without one more.

use anyhow::bail;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use slog::{Logger, info, warn};

/// Places for probes and scrapes; theirs are apart, so that visitors cannot take them.
pub const PLACES_FOR_OPERATIONS: usize = 64;

/// More than this wait, whatever the limit: memory stays bounded.
const MOST_PLACES_FOR_VISITORS: u64 = 16_384;

/// With fewer it makes no sense to start.
const FEWEST_PLACES_FOR_VISITORS: u64 = 16;

/// Standard streams, listeners, what the runtime waits with, and files that are open for a moment.
const OWN: u64 = 32;

/// The visit counter's, the probe's, and one that brings the database up to date; besides the pool's.
const CONNECTIONS_BESIDES_THE_POOL: u64 = 3;

/// A connection to SQLite has the database, its log, and now and then a file of its own.
const DESCRIPTORS_OF_A_CONNECTION: u64 = 3;

/// Raises the soft limit to the hard one, and returns the places for visitors that fit below it.
///
/// # Errors
/// Too few fit; the message says how many descriptors are needed.
pub fn places_for_visitors(pool_connections: u32, logger: &Logger) -> anyhow::Result<usize> {
    let Rlimit { current: soft, maximum: hard } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }) {
        warn!(logger, "Cannot raise the limit of file descriptors"; "cause" => %error);
    }
    // None stands for no limit at all.
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let places = places_below(limit, pool_connections)?;
    info!(logger, "File descriptors are bounded";
        "soft_limit" => soft, "hard_limit" => hard, "limit" => limit, "places_for_visitors" => places);
    Ok(places)
}

fn places_below(limit: u64, pool_connections: u32) -> anyhow::Result<usize> {
    let connections = u64::from(pool_connections) + CONNECTIONS_BESIDES_THE_POOL;
    let others = OWN + PLACES_FOR_OPERATIONS as u64 + connections * DESCRIPTORS_OF_A_CONNECTION;
    let places = limit.saturating_sub(others).min(MOST_PLACES_FOR_VISITORS);
    if places < FEWEST_PLACES_FOR_VISITORS {
        let needed = others + FEWEST_PLACES_FOR_VISITORS;
        bail!("{limit} file descriptors are too few: allow {needed} at least, for example with `ulimit -n {needed}`");
    }
    Ok(usize::try_from(places)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_has_a_descriptor_fits_below_the_limit() {
        for (limit, pool) in [(256, 4), (1024, 4), (1024, 64), (4096, 1)] {
            let places = places_below(limit, pool).unwrap() as u64;
            let others = OWN + PLACES_FOR_OPERATIONS as u64 + 3 * (u64::from(pool) + 3);
            assert_eq!(places + others, limit);
        }
    }

    #[test]
    fn places_are_bounded_without_a_limit() {
        assert_eq!(places_below(u64::MAX, 4).unwrap() as u64, MOST_PLACES_FOR_VISITORS);
    }

    #[test]
    fn what_is_said_to_be_needed_is_enough() {
        let refusal = places_below(100, 4).unwrap_err().to_string();
        let needed = refusal.rsplit(' ').next().unwrap().trim_end_matches('`').parse().unwrap();
        assert_eq!(places_below(needed, 4).unwrap() as u64, FEWEST_PLACES_FOR_VISITORS);
        assert!(places_below(needed - 1, 4).is_err());
    }
}
