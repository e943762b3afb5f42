//! Log lines in JSON: put together by whoever logs, with slog-json, behind each other in one buffer, and written by a
//! thread.
//!
//! # Design
//! A channel of records takes ten allocations and a wake-up a line, and a thread that writes line by line takes a
//! system call each: together as much as everything else that is done for a request. Here a line costs its
//! formatting and a copy; the thread takes the whole buffer, a hundred times a second at most.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::Serialize;
use slog::{Drain, FnValue, Level, Never, OwnedKVList, PushFnValue, Record, o};
use slog_json::Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Lines that may wait for the thread: about a quarter of a second at 30,000 requests a second.
const WAITING_LINES: usize = 8192;

/// What the thread waits after writing, so that lines gather: the longest time that one stays in memory.
const PAUSE: Duration = Duration::from_millis(10);

/// As much as a pipe takes in one piece (PIPE_BUF on Linux), so that lines of two processes never mix.
const PIECE_BYTES: usize = 4096;

/// A buffer that has grown further than this is given back when it is empty.
const KEPT_BYTES: usize = 64 * 1024;

/// Where lines are added.
pub(super) struct JsonLines(Arc<Shared>);

/// The thread that writes; dropping it waits until everything is written, however long that takes.
pub(super) struct Writing {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    news: Condvar,
}

/// What waits for the thread.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    lines: usize,
    /// Lines for which there was no room.
    lost: usize,
    /// Whether the thread has to be woken for the next line.
    is_asleep: bool,
    is_over: bool,
}

/// Starts the thread, which counts in `written` what leaves through `output`.
pub(super) fn start(
    output: impl Write + Send + 'static,
    written: Arc<AtomicUsize>,
) -> io::Result<(JsonLines, Writing)> {
    let shared = Arc::new(Shared::default());
    let reader = shared.clone();
    let thread = std::thread::Builder::new().name("log".into()).spawn(move || reader.write_all_to(output, &written))?;
    Ok((JsonLines(shared.clone()), Writing { shared, thread: Some(thread) }))
}

thread_local! {
    /// What this thread puts lines together with; none while it is at it.
    static FORMATTER: Cell<Option<Formatter>> = const { Cell::new(None) };
}

impl Drain for JsonLines {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record, values: &OwnedKVList) -> Result<(), Never> {
        // Taken out, as a value may log something itself while it is printed: that line gets another one.
        let formatter = FORMATTER.take().unwrap_or_else(Formatter::new);
        match formatter.json.log(record, values) {
            Ok(()) => self.0.add(&formatter.line.0.borrow()),
            // Writing into memory does not fail, so it is a value that cannot be printed.
            Err(_) => self.0.lock().lost += 1,
        }
        formatter.line.0.borrow_mut().clear();
        FORMATTER.set(Some(formatter));
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.news.notify_one();
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, there is no log to say so.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // What a panic has left there is a whole number of lines: they are added at once.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.lines >= WAITING_LINES {
            waiting.lost += 1;
            return;
        }
        if waiting.lost > 0 {
            let lost = Lost::line(std::mem::take(&mut waiting.lost));
            waiting.bytes.extend_from_slice(&lost);
            waiting.lines += 1;
        }
        waiting.bytes.extend_from_slice(line);
        waiting.lines += 1;
        if std::mem::take(&mut waiting.is_asleep) {
            drop(waiting);
            self.news.notify_one();
        }
    }

    fn write_all_to(&self, mut output: impl Write, written: &AtomicUsize) {
        let mut taken = Vec::new();
        while self.take(&mut taken) {
            for piece in pieces(&taken) {
                // Nobody is left to be told when it fails.
                let _ = output.write_all(piece);
                let _ = output.flush();
                written.fetch_add(1, Ordering::Relaxed);
            }
            taken.clear();
            taken.shrink_to(KEPT_BYTES);
            let end = self.news.wait_timeout_while(self.lock(), PAUSE, |waiting| !waiting.is_over);
            drop(end);
        }
    }

    /// Waits for lines and takes them all; false when there are none and none will come.
    fn take(&self, into: &mut Vec<u8>) -> bool {
        let mut waiting = self.lock();
        waiting.is_asleep = true;
        let ready = |waiting: &mut Waiting| waiting.bytes.is_empty() && !waiting.is_over;
        waiting = self.news.wait_while(waiting, ready).unwrap_or_else(PoisonError::into_inner);
        waiting.is_asleep = false;
        waiting.lines = 0;
        std::mem::swap(&mut waiting.bytes, into);
        !into.is_empty()
    }
}

/// Whole lines, as many as fit into a piece; one that does not fit is a piece of its own.
fn pieces(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        let within = &rest[..rest.len().min(PIECE_BYTES)];
        let end =
            within.iter().rposition(|byte| *byte == b'\n').or_else(|| rest.iter().position(|byte| *byte == b'\n'));
        let (piece, behind) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

/// slog-json, and the line that it has written; one on each thread that logs.
struct Formatter {
    json: Json<Line>,
    line: Line,
}

#[derive(Clone, Default)]
struct Line(Rc<RefCell<Vec<u8>>>);

impl Formatter {
    fn new() -> Self {
        let line = Line::default();
        // slog-json begins with the last one.
        let values = o!(
            "msg" => PushFnValue(|record: &Record, serializer| serializer.emit(record.msg())),
            "level" => FnValue(|record: &Record| level_name(record.level())),
            "time" => FnValue(|_: &Record| timestamp()),
        );
        Self { json: Json::new(line.clone()).set_newlines(true).add_key_value(values).build(), line }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The line that says how many were lost; there is no record behind it.
#[derive(Serialize)]
struct Lost {
    time: String,
    level: &'static str,
    msg: &'static str,
    count: usize,
}

impl Lost {
    fn line(count: usize) -> Vec<u8> {
        let lost = Self { time: timestamp(), level: level_name(Level::Error), msg: "logger dropped messages", count };
        let mut line = serde_json::to_vec(&lost).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// Now, in UTC, as RFC 3339.
#[expect(clippy::disallowed_methods, reason = "a line says when it was written, by this host's clock")]
fn timestamp() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Critical => "critical",
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use serde_json::{Value, json};
    use slog::{Logger, info, warn};

    use super::*;

    /// Every write, as it came.
    struct Writes(Sender<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logger() -> (Logger, Writing, Receiver<Vec<u8>>) {
        let (writes, written) = channel();
        let (lines, writing) = start(Writes(writes), Arc::default()).unwrap();
        (Logger::root(lines, o!("of" => "all")), writing, written)
    }

    fn lines(writes: &[Vec<u8>]) -> Vec<Value> {
        let text = String::from_utf8(writes.concat()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_has_its_values_with_their_types() {
        let (logger, writing, written) = logger();
        let nothing: Option<u8> = None;
        warn!(logger, "It {} \"so\"", "is"; "text" => "a\nb", "whole" => 7_u16, "part" => 1.5, "yes" => true,
            "shown" => %"x", "nothing" => nothing);
        drop(writing);
        let mut line = lines(&written.iter().collect::<Vec<_>>()).remove(0);
        let time = line.as_object_mut().unwrap().remove("time").unwrap();
        assert!(OffsetDateTime::parse(time.as_str().unwrap(), &Rfc3339).is_ok(), "{time}");
        assert_eq!(
            line,
            json!({"msg": "It is \"so\"", "level": "warning", "of": "all", "text": "a\nb", "whole": 7, "part": 1.5,
                "yes": true, "shown": "x", "nothing": null})
        );
    }

    #[test]
    fn lines_leave_together_but_in_pieces_that_a_pipe_takes_whole() {
        let (logger, writing, written) = logger();
        for number in 0..1000 {
            info!(logger, "Line"; "number" => number);
        }
        drop(writing);
        let writes: Vec<_> = written.iter().collect();
        assert!(writes.iter().all(|write| write.len() <= PIECE_BYTES && write.ends_with(b"\n")));
        assert!(writes.len() < 100, "{} writes for a thousand lines", writes.len());
        let numbers: Vec<_> = lines(&writes).iter().map(|line| line["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_longer_than_a_piece_is_written_whole() {
        let long = "x".repeat(3 * PIECE_BYTES);
        let text = format!("short\n{long}\nshort\nshort\n");
        let pieces: Vec<_> = pieces(text.as_bytes()).map(<[u8]>::len).collect();
        assert_eq!(pieces, [6, long.len() + 1, 12]);
    }

    #[test]
    fn lines_that_find_no_room_are_counted_and_told() {
        let shared = Shared::default();
        for _ in 0..WAITING_LINES + 5 {
            shared.add(b"{}\n");
        }
        let mut taken = Vec::new();
        assert!(shared.take(&mut taken));
        assert_eq!(taken.len(), 3 * WAITING_LINES);
        shared.add(b"{}\n");
        shared.add(b"{}\n");
        taken.clear();
        assert!(shared.take(&mut taken));
        let told = lines(&[taken]);
        assert_eq!(told.len(), 3);
        assert_eq!((&told[0]["msg"], &told[0]["count"]), (&json!("logger dropped messages"), &json!(5)));
    }
}
