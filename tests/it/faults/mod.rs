//! Whatever breaks, no acknowledged visit is lost, none is counted twice, and no number is given twice.

mod cut_connections;
mod killed_app;
mod killed_database;
mod refusals;
mod silence;
mod single_visitor;

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::harness::proxy::Proxy;
use crate::harness::{App, Database, Server, variable};

/// Faults measure times, so one at a time.
pub fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A database, a line to it that can be broken, and a program at the other end.
pub fn behind_a_proxy() -> (Database, Proxy, App) {
    let database = Database::migrated();
    let proxy = Proxy::start(Server::shared().port);
    let app = App::start(&through(&proxy, &database));
    (database, proxy, app)
}

/// The database as it is reached through `proxy`.
pub fn through(proxy: &Proxy, database: &Database) -> Database {
    database.with(&[("MYSQL_PORT", &proxy.port.to_string())])
}

/// Prints what a fault did; `make test` shows it.
pub fn report(what: &str, figures: &impl Display) {
    let database = variable("TEST_DATABASE").unwrap_or("sqlite".into());
    println!("\n  [{database}] {what}: {figures}");
}
