//! What every session with a database server is set to.

use std::time::{Duration, Instant};

use diesel::sql_types::Binary;
use diesel::{Connection as _, RunQueryDsl as _};
use dog_gif_app::store::total_visits;

use crate::harness::app::{run, text};
use crate::harness::{App, Database};
use crate::story::pool::has_room_for;

/// As long as a session waits for a lock, and some time for a busy machine; a server's own 50 s are far away.
const LOCK_WAIT: Duration = Duration::from_secs(4);

#[test]
#[ignore = "needs a database server"]
fn there_are_as_many_for_reads_as_are_set() {
    has_room_for(2, &Database::migrated().with(&[("MYSQL_POOL_SIZE", "2")]));
}

/// READ COMMITTED. A snapshot would hide what others count, and lock the gaps between the rows of writers.
#[test]
#[ignore = "needs a database server"]
fn a_transaction_sees_what_others_have_committed_meanwhile() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    let totals = database.query(|connection| {
        connection.transaction(|connection| {
            let before = total_visits(connection)?;
            assert_eq!(app.get("/").visitor(), Some(2));
            Ok((before, total_visits(connection)?))
        })
    });
    assert_eq!(totals, (1, 2));
}

#[test]
#[ignore = "needs a database server"]
fn nobody_waits_for_a_lock_longer_than_a_visit_waits() {
    let database = Database::migrated();
    let app = App::start(&database);
    assert_eq!(app.get("/").visitor(), Some(1));
    database.with_counter_held(|| {
        let begin = Instant::now();
        assert_eq!(app.get("/").status, 503);
        let told = app.log.message("Cannot count visits, will try again");
        assert!(text(&told["cause"]).contains("Lock wait timeout exceeded"), "{told}");
        assert!(begin.elapsed() < LOCK_WAIT, "the lock was given up only after {:?}", begin.elapsed());
    });
}

/// MySQL cannot make text of it for `information_schema.PROCESSLIST`.
#[test]
#[ignore = "needs a database server"]
fn what_others_run_on_the_same_server_does_not_keep_the_count_from_being_set() {
    let (database, others) = (Database::migrated(), Database::migrated());
    let no_text =
        || diesel::sql_query("SELECT SLEEP(2), HEX(?)").bind::<Binary, _>([0xE0, 0x01, b'h', 0xC4].as_slice());
    std::thread::scope(|scope| {
        let busy = scope.spawn(|| others.query(|connection| Ok(no_text().execute(connection)?)));
        let mut times = 0;
        while !busy.is_finished() {
            let set = run(&database, &["visits", "set", "7", "--yes"]).successful();
            assert!(set.ends_with(" and is 7 now.\n"), "{set}");
            times += 1;
        }
        assert!(times > 3, "it was set only {times} times while the other session was busy");
    });
}
