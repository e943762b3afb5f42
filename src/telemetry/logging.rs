//! Log lines: JSON or text on standard output, written by a thread of their own.
//!
//! # Design
//! A request never waits for the terminal or the pipe: lines go through a bounded channel to one
//! writing thread. When the channel is full, lines are counted and the count is logged
//! (`logger dropped messages`), so nothing is lost silently.

use std::io::{self, BufWriter, Write};
use std::panic::PanicHookInfo;

use slog::{Drain, FnValue, Level, Logger, PushFnValue, Record, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::config::{LogFormat, LogSettings};

/// Lines that may wait for the writing thread: about a quarter of a second at 30,000 requests a second.
const CHANNEL_LINES: usize = 8192;

/// The root logger, and the guard that writes what is left when it is dropped.
pub struct Logging {
    /// Give clones of this to the rooms.
    pub logger: Logger,
    _flush_on_drop: AsyncGuard,
}

impl Logging {
    /// Starts the writing thread.
    pub fn start(settings: LogSettings) -> Self {
        match settings.format {
            LogFormat::Json => Self::to(json(io::stdout()), settings.level),
            LogFormat::Text => Self::to(text(), settings.level),
        }
    }

    fn to<D>(drain: D, level: Level) -> Self
    where
        D: Drain<Ok = (), Err = slog::Never> + Send + 'static,
    {
        let (drain, guard) = Async::new(drain)
            .chan_size(CHANNEL_LINES)
            .overflow_strategy(OverflowStrategy::DropAndReport)
            .thread_name("log".into())
            .build_with_guard();
        let drain = drain.filter_level(level).fuse();
        Self { logger: Logger::root(drain, o!()), _flush_on_drop: guard }
    }
}

fn json(output: impl Write + Send + 'static) -> impl Drain<Ok = (), Err = slog::Never> + Send {
    // A line is built in memory and leaves in one write, so that lines of two processes never mix.
    slog_json::Json::new(BufWriter::new(output))
        .set_newlines(true)
        .set_flush(true)
        .add_key_value(o!(
            "msg" => PushFnValue(|record: &Record, serializer| serializer.emit(record.msg())),
            "level" => FnValue(|record: &Record| record.level().as_str().to_ascii_lowercase()),
            "time" => FnValue(|_: &Record| timestamp()),
        ))
        .build()
        .ignore_res()
}

/// Now, in UTC, as RFC 3339.
fn timestamp() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
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
