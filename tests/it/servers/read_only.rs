//! A server that takes no writes, as replicas are until they are promoted.

use crate::harness::app::text;
use crate::harness::server::{Kind, kind};
use crate::harness::{App, Database, Server};

#[test]
#[ignore = "needs a database server"]
fn a_server_that_takes_no_writes_is_not_ready_and_is_used_again_without_a_restart() {
    let server = Server::start();
    let database = with_ordinary_account(&server, Database::fresh_on(&server).migrate());
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    app.wait_until_ready();
    take_writes(&server, false);
    assert_eq!(app.get("/").status, 503);
    // One that never counted anything finds out without a visitor.
    let newcomer = App::start(&database);
    for app in [&app, &newcomer] {
        assert_eq!(app.probe("/readyz").status, 503);
        assert_eq!(app.probe("/livez").status, 200);
        assert!(text(&app.log.message("Not ready")["cause"]).contains("read-only option"));
    }
    assert!(text(&app.log.message("Cannot count visits, will try again")["cause"]).contains("read-only option"));

    take_writes(&server, true);
    app.wait_until_ready();
    newcomer.wait_until_ready();
    let number = app.get("/").visitor().expect("visits are counted again");
    assert!((2..=3).contains(&number), "the visit that was given up may be counted, number 1 is not given again");
    assert_eq!(newcomer.get("/").visitor(), Some(number + 1));
    app.log.message("Visits are counted again");
}

fn take_writes(server: &Server, does: bool) {
    let variable = match kind() {
        Kind::Mysql => "super_read_only",
        Kind::Mariadb => "read_only",
    };
    server.sql(&format!("SET GLOBAL {variable} = {}", if does { "OFF" } else { "ON" }));
    if does {
        // On MySQL the first implies the second, but is not undone with it.
        server.sql("SET GLOBAL read_only = OFF");
    }
}

/// The same database for an account that is not above the rules, as in production.
fn with_ordinary_account(server: &Server, database: Database) -> Database {
    let schema = database.setting("MYSQL_DATABASE");
    server.sql(&format!("CREATE USER ordinary@'%' IDENTIFIED BY 'bone'; GRANT ALL ON {schema}.* TO ordinary@'%'"));
    database.with(&[("MYSQL_USER", "ordinary"), ("MYSQL_PASSWORD", "bone")])
}
