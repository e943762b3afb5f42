//! A server that has not applied all that was acknowledged: it lags, or was left behind by the majority.

use crate::harness::proxy::{Cut, Proxy};
use crate::harness::{App, Database, Server, http, wait};

/// A row that such a server cannot commit. (`super_read_only` would refuse every statement; a member without a majority
/// answers what changes nothing.)
const LAG: &str = "RENAME TABLE visit_writers TO writers_elsewhere, visit_counter TO counter_elsewhere; \
                   CREATE TABLE visit_writers LIKE writers_elsewhere; CREATE TABLE visit_counter LIKE counter_elsewhere; \
                   INSERT INTO visit_counter (id, total) VALUES (1, 0); \
                   CREATE TRIGGER no_majority BEFORE INSERT ON visit_writers FOR EACH ROW \
                   SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'there is no majority'";

const CATCH_UP: &str = "DROP TABLE visit_writers, visit_counter; \
                        RENAME TABLE writers_elsewhere TO visit_writers, counter_elsewhere TO visit_counter";

/// Fails when a connection settles before it has written: this server would say that the batch never happened.
#[test]
#[ignore = "needs a database server"]
fn nothing_is_settled_on_a_server_that_cannot_commit_what_a_new_connection_writes() {
    let database = Database::migrated();
    let proxy = Proxy::start(Server::shared().port);
    let behind = database.with(&[("MYSQL_PORT", &proxy.port.to_string())]);
    let app = App::start_with(&behind, &[("VISIT_TIMEOUT_SECONDS", "30")]);
    for number in 1..=3 {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    proxy.silence_new_lines();
    proxy.cut(Cut::After, 1);
    let address = app.address;
    let visitor = std::thread::spawn(move || http::ask(address, "GET", "/", &[], b""));
    wait::until("a commit whose answer is lost", wait::PATIENCE, || (database.total() == 4).then_some(()));
    proxy.leave_alone();

    database.execute(LAG);
    proxy.speak();
    app.log
        .wait_for("a refused row", wait::PATIENCE, |line| line["cause"].to_string().contains("there is no majority"));
    let failures = || app.metric("visit_commit_failures_total").unwrap();
    let before = failures();
    wait::until("further attempts", wait::PATIENCE, || (failures() >= before + 3.0).then_some(()));
    database.execute(CATCH_UP);

    assert_eq!(visitor.join().unwrap().visitor(), Some(4), "it is counted again");
    assert_eq!(database.total(), 4);
    assert_eq!(app.get("/").visitor(), Some(5));
}
