//! A disk without room for one more byte: nothing is acknowledged, and visitors are sent elsewhere meanwhile.

use crate::harness::app::text;
use crate::harness::{App, Database, wait};

#[test]
fn a_full_disk_is_not_ready_until_there_is_room() {
    let database = Database::fresh_sqlite();
    // What is ignored here is ignored in children: writing beyond the limit is an error then, and not the end.
    // SAFETY: nothing in this process handles the signal.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let app = App::start_with(&database, &[("VISIT_TIMEOUT_SECONDS", "1")]);
    assert_eq!(app.get("/").visitor(), Some(1));
    app.wait_until_ready();
    limit_file_size(&app, 1);
    assert_eq!(app.get("/").status, 503);
    let told = app.log.message("Cannot count visits, will try again");
    assert!(text(&told["cause"]).contains("disk"), "{told}");
    assert_eq!(app.probe("/readyz").status, 503);
    assert_eq!(app.probe("/livez").status, 200);
    limit_file_size(&app, libc::RLIM_INFINITY);
    // No visitor is needed to find out.
    app.wait_until_ready();
    let number = app.get("/").visitor().expect("visits are counted again");
    assert!((2..=3).contains(&number), "the visit that was given up may be counted, number 1 is not given again");
    wait::until("the end of the outage", wait::PATIENCE, || app.log.text().contains("counted again").then_some(()));
}

/// As a disk that is full: from now on `app` cannot write beyond so many bytes of any file.
fn limit_file_size(app: &App, bytes: libc::rlim_t) {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
    let id = libc::pid_t::try_from(app.process.id()).expect("process ids are small");
    // SAFETY: prlimit reads a valid structure, and the process is a child of ours.
    assert_eq!(unsafe { libc::prlimit(id, libc::RLIMIT_FSIZE, &raw const limit, std::ptr::null_mut()) }, 0);
}
