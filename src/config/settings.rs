//! The table of settings. README's table is compared with it by a test.

/// One setting: an environment variable, its default and what it is for.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// The value used when the variable is unset or empty; `None` means "unset".
    pub default: Option<&'static str>,
    /// One sentence for people, the same as in README.
    pub meaning: &'static str,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: Some(default), meaning }
}

const fn unset(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: None, meaning }
}

/// All settings, in the order of README's table.
pub const SETTINGS: &[Setting] = &[
    setting("PORT", "5000", "Port of the website; 0 picks a free one."),
    setting("BIND", "127.0.0.1", "Address both listeners bind; the image sets 0.0.0.0."),
    setting("OPS_PORT", "9090", "Port of the operations listener: probes, metrics, version. Keep it inside."),
    setting("DATA_DIR", "data", "Directory of the embedded SQLite database; created when missing."),
    unset(
        "MYSQL_HOST",
        "Host name of MySQL or MariaDB, or the absolute path of its socket; when set, SQLite is not used.",
    ),
    setting("MYSQL_PORT", "3306", "TCP port of the server."),
    unset("MYSQL_USER", "Account to log in with."),
    unset("MYSQL_DATABASE", "Database (schema) to use; it must exist."),
    unset("MYSQL_PASSWORD", "Password of the account; prefer MYSQL_PASSWORD_FILE."),
    unset(
        "MYSQL_PASSWORD_FILE",
        "File that holds the password; read again on every connection, so that it can be rotated.",
    ),
    setting(
        "MYSQL_TLS",
        "off",
        "`verify` refuses a server whose certificate or host name does not check out; `off` is plain TCP.",
    ),
    unset("MYSQL_TLS_CA", "PEM file of the certificate authority that signed the server's certificate."),
    setting("MYSQL_POOL_SIZE", "4", "Most connections kept for reads, 1 to 64; the visit counter has one of its own."),
    setting(
        "MIGRATE_ON_START",
        "false",
        "Whether `serve` applies pending MySQL migrations; SQLite is always migrated.",
    ),
    setting("VISIT_TIMEOUT_SECONDS", "2", "Longest wait for a visitor number before a 503, 1 to 60."),
    setting("DRAIN_SECONDS", "0", "How long to keep serving after SIGTERM; 10 suits Kubernetes."),
    setting("GIF_CACHE_MIB", "64", "Upper bound of the GIF cache in MiB; 0 turns it off."),
    setting("LOG_LEVEL", "info", "Least severe level to write: `error`, `warning`, `info` or `debug`."),
    setting("LOG_FORMAT", "auto", "`json` or `text`; `auto` is text on a terminal and JSON elsewhere."),
    unset(
        "PUBLIC_URL",
        "Scheme and host of the website for canonical and preview links, such as `https://dogs.example`; if unset, those of the request.",
    ),
    setting(
        "TRUST_PROXY_HEADERS",
        "false",
        "Whether to believe X-Forwarded-Proto and X-Forwarded-Host; only behind a proxy that sets them.",
    ),
    setting(
        "TMPDIR",
        "/tmp",
        "Where `restore-drill` makes its scratch database, and `restore -` keeps what it is sent.",
    ),
    setting("REVISION", "unknown", "Commit shown by /version and build_info; set by `make run` and by the image."),
];
