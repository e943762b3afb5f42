//! `check-config`: the settings in effect. Bad ones never get here: reading them has failed already.

use anyhow::bail;

use super::listing::print_list;
use super::printable::Printable;
use crate::config::{Backend, Config, Database, SETTINGS};
use crate::telemetry::in_full;

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
    print_list(|output| {
        writeln!(output, "The configuration is valid. The database is {}{asked}.", backend.name())?;
        for setting in SETTINGS {
            let given = config.given.iter().find(|(name, _)| *name == setting.name).map(|(_, value)| value.as_str());
            let (value, origin) = match (given, setting.default) {
                (Some(value), _) => (value, "set"),
                (None, Some(default)) => (default, "default"),
                (None, None) => ("", "unset"),
            };
            let origin = if backend.uses(setting.name) { origin } else { "unused" };
            writeln!(output, "{:<22} {origin:<8} {}", setting.name, Printable(value))?;
        }
        Ok(())
    })
}

/// What is wrong with the files that settings name.
fn unreadable(database: &Database) -> Vec<String> {
    let Database::Mysql(settings) = database else { return Vec::new() };
    let files = [settings.password.current().err(), settings.tls.ensure_readable().err()];
    files.iter().flatten().map(|error| in_full(error)).collect()
}
