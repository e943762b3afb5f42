//! Which database to use: decided by what is set, never by what happens to answer.

use std::fs::File;
use std::path::PathBuf;

use super::reader::Reader;
use super::secret::{Password, Secret};
use super::unreadable_file::UnreadableFile;

/// Where the GIFs and the visitor count live.
#[derive(Debug, Clone)]
pub enum Database {
    /// The embedded default.
    Sqlite {
        /// The database file.
        path: PathBuf,
    },
    /// MySQL or MariaDB.
    Mysql(MysqlSettings),
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The embedded default.
    Sqlite,
    /// MySQL or MariaDB.
    Mysql,
}

impl Backend {
    /// The word used in logs, metrics, migrations and tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
        }
    }

    /// Whether the setting called `name` makes a difference with this kind of database.
    pub fn uses(self, name: &str) -> bool {
        match name {
            "DATA_DIR" => self == Self::Sqlite,
            "MIGRATE_ON_START" => self == Self::Mysql,
            name => self == Self::Mysql || !MYSQL_NAMES.contains(&name),
        }
    }
}

/// How to reach a MySQL or MariaDB server.
#[derive(Debug, Clone)]
pub struct MysqlSettings {
    /// Host name, IPv4 address, or absolute path of a socket.
    pub host: String,
    /// TCP port; not used with a socket.
    pub port: u16,
    /// Account name.
    pub user: String,
    /// Database (schema) name.
    pub database: String,
    /// Password, or the file it is in.
    pub password: Password,
    /// Whether and how the server is verified.
    pub tls: MysqlTls,
    /// Most connections kept for reads.
    pub pool_size: u32,
}

/// Whether and how the server is verified.
#[derive(Debug, Clone)]
pub enum MysqlTls {
    /// Plain TCP or a socket.
    Off,
    /// TLS, with the chain and the host name checked before the password is sent.
    Verify {
        /// PEM file of the certificate authority.
        ca: PathBuf,
    },
}

/// Settings that make no sense without `MYSQL_HOST`.
const MYSQL_NAMES: [&str; 8] = [
    "MYSQL_PORT",
    "MYSQL_USER",
    "MYSQL_DATABASE",
    "MYSQL_PASSWORD",
    "MYSQL_PASSWORD_FILE",
    "MYSQL_TLS",
    "MYSQL_TLS_CA",
    "MYSQL_POOL_SIZE",
];

impl Database {
    pub(super) fn read(reader: &mut Reader<'_>, data_dir: PathBuf) -> Self {
        if let Some(host) = reader.given("MYSQL_HOST") {
            return Self::Mysql(MysqlSettings::read(reader, host));
        }
        for name in MYSQL_NAMES {
            if reader.given_path(name).is_some() {
                reader.problem(
                    name,
                    "is set but MYSQL_HOST is not: set MYSQL_HOST to use MySQL, or unset this to use SQLite",
                );
            }
        }
        Self::Sqlite { path: data_dir.join("dog-gif-app.db") }
    }

    /// Its kind.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Sqlite { .. } => Backend::Sqlite,
            Self::Mysql(_) => Backend::Mysql,
        }
    }
}

impl MysqlTls {
    /// Checks that the authority's file can be read: the client library does not say which file it misses.
    ///
    /// # Errors
    /// It cannot.
    pub fn ensure_readable(&self) -> Result<(), UnreadableFile> {
        match self {
            Self::Off => Ok(()),
            Self::Verify { ca } => {
                File::open(ca).map(drop).map_err(|cause| UnreadableFile::new("MYSQL_TLS_CA", ca, cause))
            }
        }
    }
}

impl MysqlSettings {
    fn read(reader: &mut Reader<'_>, host: String) -> Self {
        let is_socket = host.starts_with('/');
        // The host travels inside a connection string whose separators must not come from outside,
        // and which has no way to quote them; see store/mysql.rs.
        if !is_socket && !host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
            // The value is not repeated: someone may have pasted a URL with a password in it.
            reader.problem(
                "MYSQL_HOST",
                "must be a host name, an IPv4 address or the absolute path of a socket (for IPv6 use a name)",
            );
        }
        let tls = match (reader.choice("MYSQL_TLS", &[("off", false), ("verify", true)]), reader.given("MYSQL_TLS_CA"))
        {
            (true, Some(ca)) => MysqlTls::Verify { ca: ca.into() },
            (false, None) => MysqlTls::Off,
            (true, None) => {
                reader.problem("MYSQL_TLS_CA", "is missing: MYSQL_TLS=verify needs the PEM file of the authority");
                MysqlTls::Off
            }
            (false, Some(_)) => {
                reader.problem("MYSQL_TLS_CA", "is set but MYSQL_TLS is off: set MYSQL_TLS=verify to use it");
                MysqlTls::Off
            }
        };
        if is_socket && matches!(tls, MysqlTls::Verify { .. }) {
            reader.problem("MYSQL_TLS", "=verify needs a host name: a certificate cannot be checked on a socket");
        }
        let database = required(reader, "MYSQL_DATABASE");
        // diesel takes it out of a URL without decoding it.
        if !database.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$')) {
            reader.problem("MYSQL_DATABASE", "must be ASCII letters, digits, `_`, `-` and `$`");
        }
        Self {
            port: reader.parse("MYSQL_PORT", "a TCP port from 0 to 65535"),
            user: required(reader, "MYSQL_USER"),
            database,
            password: password(reader),
            pool_size: u32::try_from(reader.number("MYSQL_POOL_SIZE", 1..=64)).unwrap_or(1),
            host,
            tls,
        }
    }
}

fn required(reader: &mut Reader<'_>, name: &str) -> String {
    reader.given(name).unwrap_or_else(|| {
        reader.problem(name, "is missing: MYSQL_HOST is set, so it is needed too");
        String::new()
    })
}

fn password(reader: &mut Reader<'_>) -> Password {
    match (reader.given("MYSQL_PASSWORD"), reader.given_path("MYSQL_PASSWORD_FILE")) {
        (Some(value), None) => return Password::Value(Secret::new(value)),
        (None, Some(path)) => return Password::File(path),
        (None, None) => reader.problem(
            "MYSQL_PASSWORD",
            "is missing: MYSQL_HOST is set, so MYSQL_PASSWORD_FILE or MYSQL_PASSWORD is needed too",
        ),
        (Some(_), Some(_)) => {
            reader.problem("MYSQL_PASSWORD", "and MYSQL_PASSWORD_FILE are both set: keep one of them");
        }
    }
    Password::Value(Secret::new(""))
}
