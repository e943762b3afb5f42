//! Log lines: JSON or text on standard output, written by a thread of their own.
//!
//! # Design
//! A request never waits for the terminal or the pipe: lines go through bounded memory to one writing thread.
//! When there is no room, lines are counted and the count is logged (`logger dropped messages`), so nothing is lost
//! silently.
//!
//! Nor does the end of the process: a thread that is inside a write to a pipe which nobody reads can be neither
//! joined nor woken, so it is left behind with the lines it still has.

use std::any::Any;
use std::io;
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use slog::{Drain, Level, Logger, Never, OwnedKVList, Record, SendSyncRefUnwindSafeDrain, SendSyncUnwindSafeDrain, o};
use slog_async::{Async, OverflowStrategy};

use super::json_lines;
use crate::config::{LogFormat, LogSettings};

/// Lines for people that may wait for the writing thread.
const CHANNEL_LINES: usize = 8192;

/// At the end, lines are waited for as long as one leaves now and then: when none has for so long, nobody reads them.
const STALLED: Duration = Duration::from_millis(500);

/// Lines that leave too slowly are not waited for any longer than this.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The root logger; when it is dropped, what is left is written if somebody reads it.
pub struct Logging {
    /// Give clones of this to the rooms.
    pub logger: Logger,
    /// Taken when it is dropped; dropping it waits for the writing thread, however long that takes.
    guard: Option<Box<dyn Any + Send>>,
    written: Arc<AtomicUsize>,
}

impl Logging {
    /// Starts the writing thread.
    ///
    /// # Panics
    /// When the system has no thread left.
    pub fn start(settings: LogSettings) -> Self {
        let written = Arc::new(AtomicUsize::new(0));
        match settings.format {
            LogFormat::Json => {
                let (drain, writing) =
                    json_lines::start(io::stdout(), written.clone()).expect("a thread can be started");
                Self::to(drain, settings.level, Box::new(writing), written)
            }
            LogFormat::Text => {
                let (drain, guard) = Async::new(Counted { drain: text(), written: written.clone() })
                    .chan_size(CHANNEL_LINES)
                    .overflow_strategy(OverflowStrategy::DropAndReport)
                    .thread_name("log".into())
                    .build_with_guard();
                Self::to(drain.fuse(), settings.level, Box::new(guard), written)
            }
        }
    }

    fn to<D>(drain: D, level: Level, guard: Box<dyn Any + Send>, written: Arc<AtomicUsize>) -> Self
    where
        D: SendSyncUnwindSafeDrain<Ok = (), Err = Never> + SendSyncRefUnwindSafeDrain<Ok = (), Err = Never> + 'static,
    {
        let drain = drain.filter_level(level).fuse();
        Self { logger: Logger::root(drain, o!()), guard: Some(guard), written }
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        let guard = self.guard.take();
        let (end, ended) = channel::<()>();
        // Without a thread to be had, the guard is dropped here.
        let _ = std::thread::Builder::new().spawn(move || {
            let _end = end;
            drop(guard);
        });
        let begin = Instant::now();
        let mut written = self.written.load(Ordering::Relaxed);
        let patience = || STALLED.min(LAST_LINES.saturating_sub(begin.elapsed()));
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(patience()) {
            let before = std::mem::replace(&mut written, self.written.load(Ordering::Relaxed));
            if written == before || begin.elapsed() >= LAST_LINES {
                break;
            }
        }
    }
}

/// Counts the lines that have left.
struct Counted<D> {
    drain: D,
    written: Arc<AtomicUsize>,
}

impl<D: Drain> Drain for Counted<D> {
    type Ok = D::Ok;
    type Err = D::Err;

    fn log(&self, record: &Record, values: &OwnedKVList) -> Result<D::Ok, D::Err> {
        let outcome = self.drain.log(record, values);
        self.written.fetch_add(1, Ordering::Relaxed);
        outcome
    }
}

fn text() -> impl Drain<Ok = (), Err = slog::Never> + Send {
    slog_term::FullFormat::new(slog_term::TermDecorator::new().stdout().build())
        .use_utc_timestamp()
        .build()
        .ignore_res()
}

/// Logs panics of every thread instead of printing them, with their place in the code.
pub fn log_panics(logger: Logger) {
    std::panic::set_hook(Box::new(move |panic: &PanicHookInfo| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        let cause = panic.payload_as_str().unwrap_or("unknown");
        slog::crit!(logger, "Panicked"; "cause" => cause, "place" => place);
    }));
}
