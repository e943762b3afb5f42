//! A server that lost what it had acknowledged.

use crate::harness::{App, Database};

#[test]
#[ignore = "needs a database server"]
fn a_writer_row_that_was_set_back_is_told_as_lost_batches_and_no_number_is_given_twice() {
    let database = Database::migrated();
    let app = App::start(&database);
    for number in 1..=3 {
        assert_eq!(app.get("/").visitor(), Some(number));
    }
    database.execute("UPDATE visit_writers SET batch = 1, last_total = 1; UPDATE visit_counter SET total = 1");
    assert_eq!(app.get("/").visitor(), Some(4));
    assert_eq!(database.total(), 4);
    let told = app.log.message("The database has lost batches of visits that were acknowledged");
    let expected = (&"error".into(), &3.into(), &1.into());
    assert_eq!((&told["level"], &told["known_batch"], &told["found_batch"]), expected, "{told}");
    assert_eq!(app.metric("dog_gif_count_regressions_total"), Some(1.0));
}
