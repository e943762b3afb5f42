//! `check-config`: the settings in effect. Bad ones never get here: reading them has failed already.

use crate::config::{Config, SETTINGS};

pub fn run(config: &Config) -> anyhow::Result<()> {
    println!("The configuration is valid; the database is {}.", config.database.kind());
    for setting in SETTINGS {
        let given = config.given.iter().find(|(name, _)| *name == setting.name).map(|(_, value)| value.as_str());
        let (value, origin) = match (given, setting.default) {
            (Some(value), _) => (value, "set"),
            (None, Some(default)) => (default, "default"),
            (None, None) => ("", "unset"),
        };
        println!("{:<22} {origin:<8} {value}", setting.name);
    }
    Ok(())
}
