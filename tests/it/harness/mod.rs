//! What the tests stand on: the real program, real database servers, visitors, and a proxy that cuts lines.

pub mod app;
pub mod backups;
pub mod database;
pub mod dogs;
pub mod group;
pub mod http;
pub mod load;
pub mod log;
pub mod log_files;
pub mod log_road;
pub mod monitoring;
pub mod network;
pub mod primary_proxy;
pub mod probes;
pub mod process;
pub mod proxy;
pub mod server;
pub mod tls;
pub mod tree;
pub mod variables;
pub mod wait;
pub mod web_server;

pub use app::App;
pub use database::Database;
pub use group::Group;
pub use server::Server;
pub use variables::variable;
