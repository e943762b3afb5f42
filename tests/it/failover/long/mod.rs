//! What takes longer than `make test` has: `make test-failover` runs these as well.

mod cut_off;
mod frozen;
mod outage;
