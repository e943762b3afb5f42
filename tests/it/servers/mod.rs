//! What only a real database server can show: absence, accounts, TLS, and several replicas.

mod absence;
mod accounts;
mod backup;
mod migrating;
mod replicas;
mod scrape;
mod tls;
