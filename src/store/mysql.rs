//! Opens MySQL and MariaDB connections through libmariadb, in the one form that keeps TLS promises.
//!
//! # Design
//! With libmariadb, diesel's `ssl_mode=` does nothing, and `ssl_ca=` alone goes on in plain text, with
//! the password in clear, when the server offers no TLS. Connector/C does parse the *host* as a
//! connection string when it holds a `;`, and there `ssl-verify-server-cert=1` refuses such a server,
//! a wrong authority and a wrong host name before a byte of the password is sent. The same string
//! carries the connect timeout that diesel's URL has no key for. It cannot quote its separators, which
//! is why `config` restricts the names of hosts and databases.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, MysqlConnection, QueryableByName, RunQueryDsl};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Error;
use crate::config::{MysqlSettings, MysqlTls, Secret};

/// Connector/C counts whole seconds. Short, so that a server that returns is seen soon.
const CONNECT_TIMEOUT_SECONDS: u32 = 2;

/// READ COMMITTED: no gap locks between replicas. The lock wait is as long as a visit waits at most.
const SESSION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
                       SET SESSION innodb_lock_wait_timeout = 2, SESSION time_zone = '+00:00'";

/// Opens one connection; reads the password anew, so that a rotated one is used.
pub(super) fn connect(settings: &MysqlSettings) -> Result<MysqlConnection, Error> {
    let password = settings.password.current().map_err(Error::Unavailable)?;
    if let MysqlTls::Verify { ca } = &settings.tls
        && let Err(cause) = std::fs::File::open(ca)
    {
        return Err(Error::Unavailable(format!("cannot read MYSQL_TLS_CA {}: {cause}", ca.display())));
    }
    let url = url(settings, &password);
    let mut connection =
        MysqlConnection::establish(url.reveal()).map_err(|error| Error::Unavailable(error.to_string()))?;
    connection.batch_execute(SESSION)?;
    if matches!(settings.tls, MysqlTls::Verify { .. }) {
        demand_encryption(&mut connection)?;
    }
    Ok(connection)
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
