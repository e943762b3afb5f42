//! The readiness probe: neither kept waiting by visitors, nor a burden for the database.

use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use dog_gif_app::gallery::bundled;

use crate::harness::app::timed;
use crate::harness::{App, Database, http, wait};

#[test]
#[ignore = "needs a database server"]
fn visitors_who_keep_every_connection_busy_do_not_keep_the_probe_waiting() {
    let database = Database::migrated().with(&[("MYSQL_POOL_SIZE", "1")]);
    let app = App::start(&database);
    app.wait_until_ready();
    app.log.message("Catalogue read");
    let path = format!("/gifs/{}.gif", bundled().next().expect("a dog").sha256);
    database.query(|connection| {
        connection.batch_execute("LOCK TABLES gif_files WRITE")?;
        let address = app.address;
        let visitor = std::thread::spawn(move || http::ask(address, "GET", &path, &[], b"").status);
        let busy = || app.metric("store_pool_connections{state=\"busy\"}").filter(|busy| *busy == 1.0);
        wait::until("a pool that is busy", wait::PATIENCE, busy);
        for _ in 0..3 {
            let (took, answer) = timed(|| app.probe("/readyz"));
            assert_eq!(answer.status, 200, "{}", app.log.text());
            assert!(took < Duration::from_secs(1), "it took {took:?}");
        }
        assert!(busy().is_some(), "the visitor had not to wait");
        connection.batch_execute("UNLOCK TABLES")?;
        assert_eq!(visitor.join().unwrap(), 200);
        Ok(())
    });
}

#[derive(diesel::QueryableByName)]
struct Written {
    #[diesel(sql_type = Integer)]
    times: i32,
}

#[test]
#[ignore = "needs a database server"]
fn it_writes_only_in_doubt_and_then_once_a_second_at_most() {
    let database = Database::migrated();
    database.execute("CREATE TABLE written (times INT NOT NULL)");
    database.execute("INSERT INTO written VALUES (0)");
    database.execute(
        "CREATE TRIGGER note BEFORE INSERT ON visit_writers FOR EACH ROW UPDATE written SET times = times + 1",
    );
    database.execute(
        "CREATE TRIGGER refuse BEFORE UPDATE ON visit_counter FOR EACH ROW SIGNAL SQLSTATE '45000' \
         SET MESSAGE_TEXT = 'no visits today'",
    );
    let times = || {
        let ask = |connection: &mut _| Ok(diesel::sql_query("SELECT times FROM written").get_result(connection)?);
        let Written { times } = database.query(ask);
        times
    };
    let ask_often = |app: &App, status: u16| (0..20).for_each(|_| assert_eq!(app.probe("/readyz").status, status));

    let begin = Instant::now();
    let app = App::start(&database);
    ask_often(&app, 503);
    let seconds = begin.elapsed().as_secs_f64();
    assert!((1.0..=seconds + 1.0).contains(&f64::from(times())), "{} times in {seconds:.1} s", times());

    database.execute("DROP TRIGGER refuse");
    app.wait_until_ready();
    let before = times();
    ask_often(&app, 200);
    assert_eq!(times(), before);
}
