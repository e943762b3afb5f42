//! What only a real database server can show: absence, accounts, TLS, and several replicas.

mod absence;
mod accounts;
mod backup;
mod lost_batches;
mod migrating;
mod read_only;
mod readiness;
mod replicas;
mod scrape;
mod sessions;
mod stale;
mod tls;
mod writers;
