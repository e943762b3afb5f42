//! Opens MySQL and MariaDB connections through libmariadb, in the one form that keeps TLS promises.
//!
//! # Design
//! With libmariadb, diesel's `ssl_mode=` does nothing, and `ssl_ca=` alone goes on in plain text, with
//! the password in clear, when the server offers no TLS. Connector/C does parse the *host* as a
//! connection string when it holds a `;`, and there `ssl-verify-server-cert=1` refuses such a server,
//! a wrong authority and a wrong host name before a byte of the password is sent. The same string
//! carries the connect timeout that diesel's URL has no key for. It cannot quote its separators, which
//! is why `config` restricts the names of hosts and databases.

use std::ptr::NonNull;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{Connection, MysqlConnection, QueryableByName, RunQueryDsl};
use mysqlclient_sys::MYSQL;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::line::Line;
use super::read_timeout::{keep_asking, with_read_timeout};
use super::{Error, Patience};
use crate::config::{MysqlSettings, MysqlTls, Secret};

/// Connector/C counts whole seconds. Short, so that a server that returns is seen soon.
const CONNECT_TIMEOUT_SECONDS: u32 = 2;

/// A server that says nothing for so long, in the middle of an answer or before it, is given up.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// READ COMMITTED: no gap locks between replicas. The lock wait is as long as a visit waits at most.
const SESSION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
                       SET SESSION innodb_lock_wait_timeout = 2, SESSION time_zone = '+00:00'";

/// Opens one connection; reads the password anew, so that a rotated one is used.
pub(super) fn connect(settings: &MysqlSettings, patience: Patience) -> Result<MysqlConnection, Error> {
    open(settings, patience).map(|(connection, _)| connection)
}

/// Opens one connection over which statements can be sent now and answered later; it waits for seconds only.
#[allow(unsafe_code, reason = "the handle is where the connection is opened")]
pub(super) fn connect_line(settings: &MysqlSettings) -> Result<Line, Error> {
    let (connection, handle) = open(settings, Patience::Short)?;
    let handle = handle.ok_or_else(|| Error::Unavailable("libmariadb does not tell its handle".into()))?;
    // SAFETY: the handle is the one that was seen while this connection was opened, and no other.
    Ok(unsafe { Line::new(connection, handle) })
}

#[allow(unsafe_code, reason = "the handle is that of the connection")]
fn open(settings: &MysqlSettings, patience: Patience) -> Result<(MysqlConnection, Option<NonNull<MYSQL>>), Error> {
    let password = settings.password.current().map_err(Error::unreachable)?;
    settings.tls.ensure_readable().map_err(Error::unreachable)?;
    let url = url(settings, &password);
    let read_timeout = match patience {
        Patience::Short => Some(READ_TIMEOUT),
        Patience::Unlimited => None,
    };
    let (connection, handle) = with_read_timeout(read_timeout, || MysqlConnection::establish(url.reveal()));
    let mut connection = connection?;
    if let (Patience::Unlimited, Some(handle)) = (patience, handle) {
        // SAFETY: the handle is the one that was seen while this connection was opened, and no other.
        unsafe { keep_asking(handle) };
    }
    connection.batch_execute(SESSION)?;
    if matches!(settings.tls, MysqlTls::Verify { .. }) {
        demand_encryption(&mut connection)?;
    }
    Ok((connection, handle))
}

fn url(settings: &MysqlSettings, password: &Secret) -> Secret {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (user, password) = (encoded(&settings.user), encoded(password.reveal()));
    // diesel decodes accounts and queries, but not this: `dogs%5F1` would be looked for as it stands.
    let database = &settings.database;
    if settings.host.starts_with('/') {
        let socket = encoded(&settings.host);
        return Secret::new(format!("mysql://{user}:{password}@localhost/{database}?unix_socket={socket}"));
    }
    let (verify, query) = match &settings.tls {
        MysqlTls::Off => ("", String::new()),
        MysqlTls::Verify { ca } => (";ssl-verify-server-cert=1", format!("?ssl_ca={}", encoded(&ca.to_string_lossy()))),
    };
    // Connector/C takes `localhost`, in lower case only, for its default socket, whatever the port. Names
    // and certificates do not care about the case.
    let host = if settings.host == "localhost" { "LOCALHOST" } else { &settings.host };
    let port = settings.port;
    Secret::new(format!(
        "mysql://{user}:{password}@host={host};port={port};connect-timeout={CONNECT_TIMEOUT_SECONDS}{verify}/{database}{query}"
    ))
}

#[derive(QueryableByName)]
struct Diagnosis {
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<i64>,
}

/// The number of the error that the last statement ended with. diesel keeps only the text, which is in the server's
/// language; the server can be asked for the number until it is given another statement.
pub(super) fn last_error_number(connection: &mut MysqlConnection) -> Option<i64> {
    // SHOW ERRORS would do, but neither MySQL nor the client library can prepare it.
    connection.batch_execute("GET DIAGNOSTICS CONDITION 1 @dog_gif_app_error = MYSQL_ERRNO").ok()?;
    let asked = diesel::sql_query("SELECT CAST(@dog_gif_app_error AS SIGNED) AS number");
    asked.get_result::<Diagnosis>(connection).ok()?.number
}

#[derive(QueryableByName)]
struct StatusVariable {
    #[diesel(sql_type = Text, column_name = "Value")]
    value: String,
}

/// A second lock on the door: whatever the client library did, the session must be encrypted.
fn demand_encryption(connection: &mut MysqlConnection) -> Result<(), Error> {
    let cipher: Vec<StatusVariable> = diesel::sql_query("SHOW SESSION STATUS LIKE 'Ssl_cipher'").load(connection)?;
    if cipher.iter().any(|variable| !variable.value.is_empty()) {
        return Ok(());
    }
    Err(Error::Unavailable("MYSQL_TLS=verify is set, but the session is not encrypted".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Database};

    fn url_for(values: &[(&str, &str)]) -> String {
        let config = Config::read(|name| {
            let base = [("MYSQL_USER", "do:g"), ("MYSQL_DATABASE", "dog_gifs"), ("MYSQL_PASSWORD", "p@ss/w?rd;x=1")];
            let found = values.iter().chain(&base).find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_string())
        })
        .unwrap();
        let Database::Mysql(settings) = config.database else { panic!("not MySQL") };
        url(&settings, &settings.password.current().unwrap()).reveal().to_string()
    }

    #[test]
    fn separators_in_account_names_and_passwords_cannot_change_the_url() {
        assert_eq!(
            url_for(&[("MYSQL_HOST", "db.example")]),
            "mysql://do%3Ag:p%40ss%2Fw%3Frd%3Bx%3D1@host=db.example;port=3306;connect-timeout=2/dog_gifs"
        );
    }

    #[test]
    fn verified_tls_uses_the_strict_form() {
        let url = url_for(&[("MYSQL_HOST", "db"), ("MYSQL_TLS", "verify"), ("MYSQL_TLS_CA", "/etc/ca.pem")]);
        assert!(url.contains(";ssl-verify-server-cert=1/dog_gifs?ssl_ca=%2Fetc%2Fca%2Epem"), "{url}");
    }

    #[test]
    fn localhost_is_reached_over_tcp_like_any_other_host() {
        assert!(url_for(&[("MYSQL_HOST", "localhost")]).contains("@host=LOCALHOST;port=3306;"));
    }

    #[test]
    fn an_absolute_path_is_a_socket() {
        assert!(
            url_for(&[("MYSQL_HOST", "/run/my sql.sock")])
                .ends_with("@localhost/dog_gifs?unix_socket=%2Frun%2Fmy%20sql%2Esock")
        );
    }
}
