//! What the tests stand on: the real program, real database servers, visitors, and a proxy that cuts lines.

pub mod app;
pub mod backups;
pub mod database;
pub mod dogs;
pub mod http;
pub mod load;
pub mod log;
pub mod process;
pub mod proxy;
pub mod server;
pub mod tls;
pub mod wait;

pub use app::App;
pub use database::Database;
pub use server::Server;
