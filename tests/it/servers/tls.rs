//! MYSQL_TLS=verify against real TLS servers: whom it trusts, and that nobody else gets the password.

use std::path::Path;

use dog_gif_app::config::{self, MysqlTls};
use dog_gif_app::store::Store;

use crate::harness::app::{Finished, run};
use crate::harness::proxy::Proxy;
use crate::harness::server::{Kind, kind};
use crate::harness::tls::Certificates;
use crate::harness::{App, Database, Server};

/// Resolved by glibc without /etc/hosts, and a name as far as certificates are concerned.
const NAME: &str = "localhost";

/// Length of MySQL's request for TLS with its head: no account, no password.
const TLS_REQUEST: usize = 4 + 32;

/// TLS records of the handshake: change cipher, alert, handshake. 23 would be data.
const HANDSHAKE: std::ops::RangeInclusive<u8> = 20..=22;

fn tls_server(certificates: &Certificates) -> Server {
    Server::start_with(&certificates.server_options().each_ref().map(String::as_str))
}

fn verified(database: &Database, host: &str, port: u16, authority: &Path) -> Database {
    database.with(&[
        ("MYSQL_HOST", host),
        ("MYSQL_PORT", &port.to_string()),
        ("MYSQL_TLS", "verify"),
        ("MYSQL_TLS_CA", authority.to_str().unwrap()),
    ])
}

#[test]
#[ignore = "needs a database server"]
fn the_right_authority_and_name_are_trusted() {
    let certificates = Certificates::of_server(NAME);
    let server = tls_server(&certificates);
    let database = Database::fresh_on(&server);
    let proxy = Proxy::start(server.port);
    let database = verified(&database, NAME, proxy.port, &certificates.authority).migrate();
    let app = App::start(&database);
    app.wait_until_ready();
    assert_eq!(app.get("/").visitor(), Some(1));
    for sent in proxy.sent() {
        assert!(records(&sent).contains(&23), "after the handshake, data is encrypted");
    }
}

#[test]
#[ignore = "needs a database server"]
fn another_authority_is_refused_before_the_password_is_sent() {
    let certificates = Certificates::of_server(NAME);
    let server = tls_server(&certificates);
    let other = Certificates::of_server(NAME);
    refuses(&server, NAME, &other.authority);
}

#[test]
#[ignore = "needs a database server"]
fn another_host_name_is_refused_before_the_password_is_sent() {
    let certificates = Certificates::of_server("elsewhere.example");
    let server = tls_server(&certificates);
    refuses(&server, NAME, &certificates.authority);
}

#[test]
#[ignore = "needs a database server"]
fn a_server_without_tls_is_refused_before_the_password_is_sent() {
    let certificates = Certificates::of_server(NAME);
    let without: &[&str] = match kind() {
        Kind::Mysql => &["--tls-version="],
        Kind::Mariadb => &["--skip-ssl"],
    };
    let server = Server::start_with(without);
    let sent = refuses(&server, NAME, &certificates.authority);
    assert!(sent.iter().all(Vec::is_empty), "not a byte goes to a server without TLS");
}

/// A second lock on the door. A socket stands for a client library that does not do what it was told: no setting leads
/// to one with MYSQL_TLS=verify.
#[test]
#[ignore = "needs a database server"]
fn a_session_that_is_not_encrypted_is_refused_whoever_let_it_through() {
    let server = Server::shared();
    let socket = Database::fresh_on(server).with(&[("MYSQL_HOST", &server.socket.display().to_string())]);
    let config = socket.config();
    let config::Database::Mysql(mut settings) = config.database else { panic!("not MySQL") };
    settings.tls = MysqlTls::Verify { ca: Certificates::of_server(NAME).authority };
    let refused = Store::open(&config::Database::Mysql(settings)).on_this_thread(|_| Ok(())).unwrap_err();
    let expected = "the database is unavailable: MYSQL_TLS=verify is set, but the session is not encrypted";
    assert_eq!(refused.to_string(), expected);
}

#[test]
#[ignore = "needs a database server"]
fn the_recorder_would_see_a_password() {
    let server = Server::shared();
    let proxy = Proxy::start(server.port);
    let database = Database::fresh_on(server).with(&[("MYSQL_PORT", &proxy.port.to_string())]).migrate();
    drop(database);
    let sent = proxy.sent().concat();
    assert!(sent.windows(3).any(|bytes| bytes == b"dog"), "without TLS the account is in the recording");
}

#[test]
#[ignore = "needs a database server"]
fn a_missing_authority_file_is_told_by_name() {
    let database = verified(&Database::fresh(), NAME, 1, Path::new("/no/such/authority.pem"));
    let finished = run(&database, &["migrate"]);
    assert_eq!(finished.code, 1);
    assert!(finished.errors.contains("MYSQL_TLS_CA /no/such/authority.pem"), "{finished:?}");
}

/// Asserts that `server` is refused without having been sent an account or a password.
fn refuses(server: &Server, host: &str, authority: &Path) -> Vec<Vec<u8>> {
    let proxy = Proxy::start(server.port);
    let database = verified(&Database::fresh_on(server), host, proxy.port, authority);
    let finished = run(&database, &["migrate"]);
    assert_refused(&finished);
    let app = App::start(&database);
    assert_eq!(app.probe("/readyz").status, 503);
    assert_eq!(app.get("/").status, 503);
    let sent = proxy.sent();
    assert!(sent.len() >= 3, "the command, the readiness probe and the counter have tried");
    for sent in &sent {
        assert!(
            records(sent).iter().all(|kind| HANDSHAKE.contains(kind)),
            "more than a handshake was sent: {sent:02x?}"
        );
        assert!(!sent.windows(3).any(|bytes| bytes == b"dog"), "the account was sent in clear");
    }
    sent
}

fn assert_refused(finished: &Finished) {
    assert_eq!(finished.code, 1, "{finished:?}");
    assert!(finished.errors.contains("the database is unavailable"), "{finished:?}");
    let says_why = ["SSL", "TLS", "certificate", "Hostname"].iter().any(|word| finished.errors.contains(word));
    assert!(says_why, "{finished:?}");
    eprintln!("{}", finished.errors.trim());
}

/// The kinds of the TLS records in what a client has sent behind its request for TLS.
fn records(sent: &[u8]) -> Vec<u8> {
    let mut rest = sent.get(TLS_REQUEST..).unwrap_or_default();
    assert!(sent.is_empty() || sent.len() >= TLS_REQUEST, "shorter than a request for TLS: {sent:02x?}");
    let mut kinds = Vec::new();
    while let [kind, _, _, high, low, body @ ..] = rest {
        kinds.push(*kind);
        rest = body.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default();
    }
    kinds
}
