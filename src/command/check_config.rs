//! `check-config`: the settings in effect. Bad ones never get here: reading them has failed already.

use std::fs::File;

use anyhow::bail;

use super::printable::Printable;
use crate::config::{Backend, Config, Database, MysqlTls, SETTINGS};

pub fn run(config: &Config) -> anyhow::Result<()> {
    let problems = unreadable(&config.database);
    if !problems.is_empty() {
        bail!("{}", problems.join("; "));
    }
    let backend = config.database.backend();
    let asked = match backend {
        Backend::Mysql => "; nobody has asked it",
        Backend::Sqlite => "",
    };
    println!("The configuration is valid. The database is {}{asked}.", backend.name());
    for setting in SETTINGS {
        let given = config.given.iter().find(|(name, _)| *name == setting.name).map(|(_, value)| value.as_str());
        let (value, origin) = match (given, setting.default) {
            (Some(value), _) => (value, "set"),
            (None, Some(default)) => (default, "default"),
            (None, None) => ("", "unset"),
        };
        let origin = if backend.uses(setting.name) { origin } else { "unused" };
        println!("{:<22} {origin:<8} {}", setting.name, Printable(value));
    }
    Ok(())
}

/// What is wrong with the files that settings name.
fn unreadable(database: &Database) -> Vec<String> {
    let Database::Mysql(settings) = database else { return Vec::new() };
    let ca = match &settings.tls {
        MysqlTls::Verify { ca } => File::open(ca).err().map(|error| (ca, error)),
        MysqlTls::Off => None,
    };
    let ca = ca.map(|(ca, error)| format!("cannot read MYSQL_TLS_CA {}: {error}", ca.display()));
    settings.password.current().err().into_iter().chain(ca).collect()
}
