//! Whatever breaks, no acknowledged visit is lost, none is counted twice, and no number is given twice.

mod cut_connections;
mod killed_app;
mod killed_database;
mod refusals;

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Faults measure times, so one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints what a fault did; `make test` shows it.
fn report(what: &str, figures: &impl Display) {
    let database = std::env::var("TEST_DATABASE").unwrap_or_else(|_| "sqlite".into());
    println!("\n  [{database}] {what}: {figures}");
}
