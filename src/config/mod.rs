//! Every setting, its variable and its default: the only room that reads the environment.
//! It knows nothing of what the settings are used for; secrets that pass through it never print.

mod database;
mod public_url;
mod reader;
mod secret;
mod settings;
mod unreadable_file;

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use database::{Backend, Database, MysqlSettings, MysqlTls};
pub use reader::{Overrides, Problems};
pub use secret::{Password, Secret};
pub use settings::{SETTINGS, Setting};
pub use unreadable_file::UnreadableFile;

use reader::Reader;

/// Everything the program can be told, checked once at start-up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address that both listeners bind.
    pub bind: IpAddr,
    /// TCP port of the public listener; 0 picks a free one.
    pub port: u16,
    /// TCP port of the operations listener; 0 picks a free one.
    pub ops_port: u16,
    /// Where the GIFs and the visitor count live.
    pub database: Database,
    /// Whether `serve` applies pending MySQL migrations itself.
    pub migrate_on_start: bool,
    /// Longest time a visit waits for its number.
    pub visit_timeout: Duration,
    /// How long to keep serving after SIGTERM, so that load balancers can look away.
    pub drain: Duration,
    /// Upper bound of the GIF cache, in bytes.
    pub gif_cache_bytes: u64,
    /// Scheme and host that whole addresses of this site begin with; none: as requests say.
    pub public_url: Option<String>,
    /// Whether `X-Forwarded-*` comes from a proxy of ours.
    pub trust_proxy_headers: bool,
    /// What is logged, and how.
    pub log: LogSettings,
    /// Where what nobody keeps may lie for a while.
    pub temporary_dir: PathBuf,
    /// The commit this program was built from.
    pub revision: String,
    /// What was set, by variable, for people to look at; secrets are hidden.
    pub given: Vec<(&'static str, String)>,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy)]
pub struct LogSettings {
    /// Lines below this level are not written.
    pub level: slog::Level,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Aligned words for people.
    Text,
}

impl Config {
    /// Reads the process environment, with `overrides` from the command line on top.
    ///
    /// # Errors
    /// All bad values at once, each with its variable's name and what it should be.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub fn from_environment(overrides: Overrides) -> Result<Self, Problems> {
        Self::read(|name| overrides.get(name).or_else(|| std::env::var_os(name)))
    }

    /// Reads every setting from `source`, a function from a variable's name to its value.
    ///
    /// # Errors
    /// All bad values at once, each with its variable's name and what it should be.
    pub fn read<T: Into<OsString>>(source: impl Fn(&str) -> Option<T>) -> Result<Self, Problems> {
        let mut reader = Reader::new(source);
        let data_dir = reader.path("DATA_DIR");
        let config = Self {
            bind: reader.parse("BIND", "an IP address such as 127.0.0.1 or 0.0.0.0"),
            port: reader.parse("PORT", "a TCP port from 0 to 65535"),
            ops_port: reader.parse("OPS_PORT", "a TCP port from 0 to 65535"),
            database: Database::read(&mut reader, data_dir),
            migrate_on_start: reader.flag("MIGRATE_ON_START"),
            visit_timeout: Duration::from_secs(reader.number("VISIT_TIMEOUT_SECONDS", 1..=60)),
            drain: Duration::from_secs(reader.number("DRAIN_SECONDS", 0..=3600)),
            gif_cache_bytes: reader.number("GIF_CACHE_MIB", 0..=65_536) * 1024 * 1024,
            public_url: public_url::read(&mut reader),
            trust_proxy_headers: reader.flag("TRUST_PROXY_HEADERS"),
            log: LogSettings {
                level: reader.choice(
                    "LOG_LEVEL",
                    &[
                        ("error", slog::Level::Error),
                        ("warning", slog::Level::Warning),
                        ("info", slog::Level::Info),
                        ("debug", slog::Level::Debug),
                    ],
                ),
                format: reader.choice(
                    "LOG_FORMAT",
                    &[("auto", LogFormat::for_this_terminal()), ("json", LogFormat::Json), ("text", LogFormat::Text)],
                ),
            },
            temporary_dir: reader.path("TMPDIR"),
            revision: reader.text("REVISION"),
            given: reader.all_given(),
        };
        if config.port == config.ops_port && config.port != 0 {
            reader.problem("OPS_PORT", "must differ from PORT, which has the same value");
        }
        reader.finish(config)
    }
}

impl LogFormat {
    fn for_this_terminal() -> Self {
        if std::io::IsTerminal::is_terminal(&std::io::stdout()) { Self::Text } else { Self::Json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<Config, Problems> {
        Config::read(|name| values.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_string()))
    }

    const MYSQL: [(&str, &str); 4] =
        [("MYSQL_HOST", "db"), ("MYSQL_USER", "dog"), ("MYSQL_DATABASE", "dogs"), ("MYSQL_PASSWORD", "bone")];

    #[test]
    fn an_empty_environment_serves_sqlite_on_loopback() {
        let config = read(&[]).unwrap();
        assert_eq!((config.bind.to_string().as_str(), config.port, config.ops_port), ("127.0.0.1", 5000, 9090));
        assert!(matches!(config.database, Database::Sqlite { ref path } if path.ends_with("data/dog-gif-app.db")));
    }

    #[test]
    fn every_bad_value_is_reported_at_once_by_name() {
        let problems = read(&[
            ("PORT", "http"),
            ("BIND", "localhost"),
            ("GIF_CACHE_MIB", "-1"),
            ("VISIT_TIMEOUT_SECONDS", "0"),
            ("LOG_LEVEL", "loud"),
            ("MIGRATE_ON_START", "maybe"),
        ])
        .unwrap_err()
        .to_string();
        for name in ["PORT", "BIND", "GIF_CACHE_MIB", "VISIT_TIMEOUT_SECONDS", "LOG_LEVEL", "MIGRATE_ON_START"] {
            assert!(problems.contains(&format!("{name}=")), "{name} is missing in:\n{problems}");
        }
    }

    #[test]
    fn half_set_mysql_never_falls_back_to_sqlite() {
        for missing in ["MYSQL_HOST", "MYSQL_USER", "MYSQL_DATABASE", "MYSQL_PASSWORD"] {
            let rest: Vec<_> = MYSQL.into_iter().filter(|(name, _)| *name != missing).collect();
            let problems = read(&rest).unwrap_err().to_string();
            assert!(problems.contains(missing), "{missing} is not named in:\n{problems}");
        }
    }

    #[test]
    fn hosts_that_could_smuggle_connection_options_are_refused() {
        for host in ["db;ssl-verify-server-cert=0", "db/other", "db?x", "::1", "a b", "user@db", "db=x"] {
            let mut values = MYSQL.to_vec();
            values[0] = ("MYSQL_HOST", host);
            assert!(read(&values).unwrap_err().to_string().contains("MYSQL_HOST"), "{host} was accepted");
        }
    }

    #[test]
    fn database_names_that_a_url_would_change_are_refused() {
        for (name, accepted) in
            [("dog_gifs-2", true), ("dog gifs", false), ("dögs", false), ("a/b", false), ("..", false)]
        {
            let mut values = MYSQL.to_vec();
            values[2] = ("MYSQL_DATABASE", name);
            assert_eq!(read(&values).is_ok(), accepted, "{name}");
        }
    }

    #[test]
    fn verified_tls_needs_a_certificate_authority() {
        let mut values = MYSQL.to_vec();
        values.push(("MYSQL_TLS", "verify"));
        assert!(read(&values).unwrap_err().to_string().contains("MYSQL_TLS_CA"));
    }

    #[test]
    fn a_public_url_is_a_scheme_and_a_host() {
        let read_url = |url: &str| read(&[("PUBLIC_URL", url)]).map(|config| config.public_url);
        assert_eq!(read_url("").unwrap(), None);
        for (url, expected) in [
            ("https://dogs.example", "https://dogs.example"),
            ("https://dogs.example/", "https://dogs.example"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            ("http://[::1]:5000/", "http://[::1]:5000"),
        ] {
            assert_eq!(read_url(url).unwrap().as_deref(), Some(expected));
        }
        for url in [
            "dogs.example",
            "https://",
            "ftp://dogs.example",
            "https://user:bone@dogs.example",
            "https://dogs.example/path",
            "https://dogs.example//",
            "https://dogs.example?bone",
            "https://dogs example",
            "https://dogs.example\"><script>",
        ] {
            let problems = read_url(url).unwrap_err().to_string();
            assert!(problems.contains("PUBLIC_URL must be") && !problems.contains("bone"), "{url}: {problems}");
        }
    }

    #[test]
    fn passwords_never_print() {
        let config = read(&MYSQL).unwrap();
        assert!(!format!("{config:?}").contains("bone"));
    }

    #[test]
    fn defaults_in_the_table_are_all_valid() {
        let default = |name: &str| SETTINGS.iter().find(|setting| setting.name == name)?.default.map(String::from);
        // MySQL's defaults may only be spelled out where MySQL is used.
        let sqlite = Config::read(|name| default(name).filter(|_| !name.starts_with("MYSQL_")));
        assert!(sqlite.is_ok(), "{}", sqlite.unwrap_err());
        let given = |name: &str| MYSQL.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_string());
        let mysql = Config::read(|name| given(name).or_else(|| default(name)));
        assert!(mysql.is_ok(), "{}", mysql.unwrap_err());
    }
}
