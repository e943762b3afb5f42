//! Gives MySQL connections a read timeout, so that a server that has vanished without a word is given up; and finds
//! out what libmariadb knows them by.
//!
//! # Design
//! libmariadb has the option, but diesel neither sets it nor shows the handle it would be set on, and the
//! library reads it neither from a URL nor from a connection string. What it does have is a callback for
//! every transfer, which is handed the handle: during the handshake, before the library applies the
//! timeouts of the connection, the option is set there. From then on the library bounds every single read
//! itself, with TLS (`SO_RCVTIMEO`) and without (`poll`).
//!
//! Roads not taken: `TCP_USER_TIMEOUT` and keepalive are answered by a proxy whose server is gone, so they are only for
//! connections whose statements may take as long as they want ([`keep_asking`]); leaving a thread behind that waits for
//! ever keeps its connection, too, and has to be bounded.

#![allow(unsafe_code, reason = "calls into libmariadb")]

use std::cell::Cell;
use std::ffi::{c_int, c_uchar};
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;
use std::sync::Once;
use std::time::Duration;

use mysqlclient_sys::{MYSQL, my_bool, mysql_get_socket, mysql_option, mysql_options};
use rustix::net::sockopt;

/// A host that says nothing for so long is asked whether it is there, and again and again.
const SILENCE: Duration = Duration::from_secs(10);
const ASKED_EVERY: Duration = Duration::from_secs(5);

/// A host that has answered nothing for so long is gone, whatever was sent to it.
const GONE_MILLISECONDS: u32 = 30_000;

thread_local! {
    /// Seconds for the connection that this thread is opening, 0 for no bound; none while it opens none.
    static WANTED_SECONDS: Cell<Option<u32>> = const { Cell::new(None) };

    /// The handle of the connection that this thread is opening or has opened last.
    static HANDLE: Cell<Option<NonNull<MYSQL>>> = const { Cell::new(None) };
}

/// Opens a connection whose every read and write ends within `timeout`, in whole seconds; `None` bounds neither.
/// Returns the connection's handle beside it, unless it has none, as it has said nothing.
pub(super) fn with_read_timeout<T>(timeout: Option<Duration>, open: impl FnOnce() -> T) -> (T, Option<NonNull<MYSQL>>) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the callback is a plain function that lives as long as the program, and has the type that
        // libmariadb calls it with. Nobody else registers any, and `Once` lets nobody read meanwhile.
        unsafe { ma_pvio_register_callback(1, on_transfer) };
    });
    let _wish = Wish::begin(timeout);
    (open(), HANDLE.take())
}

/// Lets the kernel ask the host at the other end of `connection`, however long a statement takes, whether it is there.
/// When it is gone, the statement fails.
///
/// # Safety
/// The handle is that of an open connection.
pub(super) unsafe fn keep_asking(connection: NonNull<MYSQL>) {
    // SAFETY: the handle and its socket are open, as the caller says, and longer than they are used here.
    let socket = unsafe { BorrowedFd::borrow_raw(mysql_get_socket(connection.as_ptr())) };
    // A Unix socket cannot be asked so, and its host cannot vanish.
    let _ = sockopt::set_socket_keepalive(socket, true)
        .and_then(|()| sockopt::set_tcp_keepidle(socket, SILENCE))
        .and_then(|()| sockopt::set_tcp_keepintvl(socket, ASKED_EVERY))
        .and_then(|()| sockopt::set_tcp_user_timeout(socket, GONE_MILLISECONDS));
}

/// What this thread wants, until it is dropped.
struct Wish;

impl Wish {
    fn begin(timeout: Option<Duration>) -> Self {
        let seconds = timeout.map_or(0, |timeout| u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX).max(1));
        WANTED_SECONDS.set(Some(seconds));
        HANDLE.set(None);
        Self
    }
}

impl Drop for Wish {
    fn drop(&mut self) {
        WANTED_SECONDS.set(None);
    }
}

/// Called by libmariadb after every read and write, on the thread that makes it.
extern "C" fn on_transfer(_mode: c_int, connection: *mut MYSQL, _buffer: *const c_uchar, _length: usize) {
    // An error means that the thread is ending: it opens nothing any more.
    let Ok(Some(seconds)) = WANTED_SECONDS.try_with(Cell::get) else { return };
    if connection.is_null() {
        return;
    }
    // As for the seconds: it is only read by who opens something.
    let _ = HANDLE.try_with(|handle| handle.set(NonNull::new(connection)));
    for option in [mysql_option::MYSQL_OPT_READ_TIMEOUT, mysql_option::MYSQL_OPT_WRITE_TIMEOUT] {
        // SAFETY: the handle is valid during the callback and used by no other thread; both options take a
        // pointer to an unsigned int, which is copied.
        unsafe { mysql_options(connection, option, (&raw const seconds).cast()) };
    }
}

unsafe extern "C" {
    /// In libmariadb since 3.0; Oracle's client library does not have it.
    fn ma_pvio_register_callback(
        register: my_bool,
        callback: extern "C" fn(c_int, *mut MYSQL, *const c_uchar, usize),
    ) -> c_int;
}
