//! The connections for reads: as many as are set, no fewer and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use dog_gif_app::store::{Error, Store, total_visits};

use crate::harness::{Database, wait};

#[test]
fn there_are_four_connections_for_reads() {
    has_room_for(4, &Database::migrated());
}

/// Lets `size` pieces of work begin at once that do not end, and sees that another finds no connection until they do.
pub fn has_room_for(size: usize, database: &Database) {
    let store = Store::open(&database.config().database);
    let begun = Arc::new(AtomicUsize::new(0));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let ends: Vec<_> = (0..size)
        .map(|_| {
            let (end, ended) = channel::<()>();
            let (store, begun) = (store.clone(), begun.clone());
            let work = runtime.spawn(async move {
                let hold = move |connection: &mut _| {
                    begun.fetch_add(1, Ordering::SeqCst);
                    // Returns when the other side is dropped.
                    let _ = ended.recv();
                    total_visits(connection)
                };
                store.without_deadline(hold).await
            });
            (end, work)
        })
        .collect();
    wait::until("work on every connection", wait::PATIENCE, || (begun.load(Ordering::SeqCst) == size).then_some(()));
    let one_more = runtime.block_on(store.within_deadline(total_visits));
    assert!(matches!(one_more, Err(Error::Unavailable(_))), "there is room for more than {size}: {one_more:?}");
    for (end, work) in ends {
        drop(end);
        assert_eq!(runtime.block_on(work).unwrap().unwrap(), 0);
    }
    assert_eq!(runtime.block_on(store.within_deadline(total_visits)).unwrap(), 0);
}
