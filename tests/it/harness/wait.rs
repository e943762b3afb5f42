//! Waiting for facts with a deadline, never for time.

use std::time::{Duration, Instant};

/// Long enough for anything on a busy machine with two cores; only a failing test takes it.
pub const PATIENCE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(5);

/// Asks until there is an answer, and returns it; panics when `deadline` has passed without one.
pub fn until<T>(what: &str, deadline: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < deadline, "{what} did not happen within {deadline:?}");
        pass(PAUSE);
    }
}

/// Lets time pass that belongs to what is tried, such as a stall. Whoever waits for something asks [`until`] it is there.
#[expect(clippy::disallowed_methods, reason = "the one place where tests sleep")]
pub fn pass(time: Duration) {
    std::thread::sleep(time);
}
