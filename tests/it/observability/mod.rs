//! What is said of the app elsewhere than in its own log. The rules for Prometheus: that they are sound, tested and
//! explained, that what they ask for exists, that an alert arrives when the database is gone, and who hears of which. The
//! dashboards of Grafana.

mod coverage;
mod dashboards;
mod laptop;
mod outage;
mod routes;
mod rules;
mod selectors;
mod series;
mod webhook;
