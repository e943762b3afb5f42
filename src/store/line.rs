//! A MySQL connection over which a statement can be sent now and its answer be read when it has come, so that no
//! thread waits for it in a system call.
//!
//! # Design
//! diesel's statements wait. libmariadb has their halves, for statements in text: `mysql_send_query` and
//! `mysql_read_query_result`; they are used on the handle of diesel's connection, between its own statements.
//! Between the two, the runtime watches the socket.
//!
//! Roads not taken: libmariadb's non-blocking API does the same for prepared statements, which take MariaDB 0.03 ms
//! less, but it needs statements, bindings and a stack of our own; an async driver would be a second way of
//! reaching MySQL, with TLS promises of its own.

#![allow(unsafe_code, reason = "calls into libmariadb")]

use std::ffi::{CStr, c_ulong};
use std::io;
use std::ptr::NonNull;

use diesel::MysqlConnection;
use mysqlclient_sys::{
    MYSQL, mysql_affected_rows, mysql_errno, mysql_error, mysql_field_count, mysql_get_socket, mysql_read_query_result,
    mysql_send_query,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::Error;

/// Why a statement that was sent has no answer.
#[derive(Debug, thiserror::Error)]
enum LineError {
    /// libmariadb says so.
    #[error("{text} ({number})")]
    Failed { number: u32, text: String },
    /// The runtime cannot wait for it.
    #[error("its socket cannot be watched")]
    Unwatchable(#[source] io::Error),
    /// No statement of ours has any.
    #[error("it answers with rows where there are none")]
    Rows,
}

impl From<LineError> for Error {
    fn from(error: LineError) -> Self {
        Self::unreachable(error)
    }
}

/// A connection with its handle.
pub(super) struct Line {
    connection: MysqlConnection,
    handle: NonNull<MYSQL>,
}

// SAFETY: the handle is the connection's own and goes where it goes; both are only used through `&mut self`.
unsafe impl Send for Line {}

impl Line {
    /// # Safety
    /// `handle` is what libmariadb knows `connection` by.
    pub(super) unsafe fn new(connection: MysqlConnection, handle: NonNull<MYSQL>) -> Self {
        Self { connection, handle }
    }

    /// The connection, for statements that wait. There must be no answer under way.
    pub(super) fn connection(&mut self) -> &mut MysqlConnection {
        &mut self.connection
    }

    /// Sends a statement that has no rows for an answer.
    pub(super) fn send(&mut self, statement: &str) -> Result<(), Error> {
        let length = c_ulong::try_from(statement.len()).unwrap_or(c_ulong::MAX);
        // SAFETY: the handle is open as long as the connection; the library copies the statement.
        let failed = unsafe { mysql_send_query(self.handle.as_ptr(), statement.as_ptr().cast(), length) };
        if failed == 0 { Ok(()) } else { Err(self.failure().into()) }
    }

    /// Waits until the answer, or the end of the connection, can be read.
    pub(super) async fn answered(&mut self) -> Result<(), Error> {
        // SAFETY: the handle and its socket are open as long as the connection, longer than it is watched.
        let socket =
            unsafe { AsyncFd::register_with_interest(mysql_get_socket(self.handle.as_ptr()), Interest::READABLE) };
        let socket = socket.map_err(|error| LineError::Unwatchable(error.into()))?;
        socket.readable().await.map_err(LineError::Unwatchable)?.retain_ready();
        Ok(())
    }

    /// Reads the answer to what was sent: how many rows were found. Waits for it if it is not there.
    pub(super) fn read(&mut self) -> Result<u64, Error> {
        let handle = self.handle.as_ptr();
        // SAFETY: the handle is open as long as the connection.
        unsafe {
            match (mysql_read_query_result(handle), mysql_field_count(handle)) {
                (0, 0) => Ok(mysql_affected_rows(handle)),
                (0, _) => Err(LineError::Rows.into()),
                _ => Err(self.failure().into()),
            }
        }
    }

    fn failure(&self) -> LineError {
        let handle = self.handle.as_ptr();
        // SAFETY: the handle is open as long as the connection, and the text is there until its next statement.
        let (number, text) = unsafe { (mysql_errno(handle), CStr::from_ptr(mysql_error(handle)).to_string_lossy()) };
        LineError::Failed { number, text: text.into_owned() }
    }
}
