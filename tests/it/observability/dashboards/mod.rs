//! The dashboards: as files, and asked of a real Prometheus that has scraped the real app under load.

mod board;
mod figures;
mod files;
mod picture;
mod scraped;
