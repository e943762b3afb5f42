//! Many visitors at once, and what they were told.

use std::collections::HashSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::http::Connection;
use super::wait;

/// As many as the issue asks for.
pub const VISITORS: usize = 64;

/// Visitors who keep visiting until they are told to stop.
pub struct Crowd {
    shared: Arc<Shared>,
    visitors: Vec<JoinHandle<Record>>,
}

struct Shared {
    /// Where the servers are by now; each visitor keeps to one of them.
    addresses: Mutex<Vec<SocketAddr>>,
    stop: AtomicBool,
    acknowledged: AtomicU64,
    refused: AtomicU64,
}

/// What visitors were told.
#[derive(Default)]
pub struct Record {
    /// Each number, and when it came.
    pub numbers: Vec<(Instant, i64)>,
    /// How long each 503 took.
    pub refusals: Vec<Duration>,
    /// Visits whose connection broke while they were under way.
    pub cut: u64,
    /// Answers that break the contract.
    pub wrong: Vec<String>,
}

impl Crowd {
    /// Visitors of the servers at `addresses`.
    pub fn gather(addresses: &[SocketAddr]) -> Self {
        Self::of(VISITORS, addresses)
    }

    /// So many visitors of the servers at `addresses`.
    pub fn of(visitors: usize, addresses: &[SocketAddr]) -> Self {
        let shared = Arc::new(Shared {
            addresses: Mutex::new(addresses.to_vec()),
            stop: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        });
        let visitor = |number| {
            let shared = shared.clone();
            std::thread::spawn(move || visit_until_told(number, &shared))
        };
        let visitors = (0..visitors).map(visitor).collect();
        Self { shared, visitors }
    }

    /// The server moved: from now on, connect there.
    pub fn follow(&self, address: SocketAddr) {
        *self.shared.addresses.lock().unwrap() = vec![address];
    }

    pub fn acknowledged(&self) -> u64 {
        self.shared.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until so many visits are refused since the beginning.
    pub fn wait_for_refusals(&self, visits: u64) {
        let refused = || (self.shared.refused.load(Ordering::Relaxed) >= visits).then_some(());
        wait::until("refused visits", wait::PATIENCE, refused);
    }

    /// Waits until so many more visits are acknowledged; returns how long that took.
    pub fn wait_for_more(&self, visits: u64) -> Duration {
        let begin = Instant::now();
        let before = self.acknowledged();
        wait::until("more visits", wait::PATIENCE, || (self.acknowledged() >= before + visits).then_some(()));
        begin.elapsed()
    }

    pub fn disperse(self) -> Record {
        self.shared.stop.store(true, Ordering::Relaxed);
        let mut all = Record::default();
        for visitor in self.visitors {
            let record = visitor.join().expect("a visitor never panics");
            all.numbers.extend(record.numbers);
            all.refusals.extend(record.refusals);
            all.cut += record.cut;
            all.wrong.extend(record.wrong);
        }
        all
    }
}

fn visit_until_told(visitor: usize, shared: &Shared) -> Record {
    let mut record = Record::default();
    let mut connection = None;
    while !shared.stop.load(Ordering::Relaxed) {
        let addresses = shared.addresses.lock().unwrap().clone();
        let open = || Connection::open(addresses[visitor % addresses.len()]).ok();
        let Some(mut open) = connection.take().or_else(open) else {
            wait::pass(Duration::from_millis(5));
            continue;
        };
        if record.visit(&mut open, visitor, shared) {
            connection = Some(open);
        }
    }
    record
}

impl Record {
    /// One visit; false when the connection cannot be used any more.
    fn visit(&mut self, connection: &mut Connection, visitor: usize, shared: &Shared) -> bool {
        let begin = Instant::now();
        // Half of them look at the page, half use the API.
        let (method, path, done) =
            if visitor.is_multiple_of(2) { ("GET", "/", 200) } else { ("POST", "/api/v1/visits", 201) };
        let Ok(answer) = connection.ask(method, path, &[], b"") else {
            self.cut += 1;
            return false;
        };
        match (answer.status, answer.visitor()) {
            (status, Some(number)) if status == done => {
                self.numbers.push((Instant::now(), number));
                shared.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            (503, None) if answer.header("retry-after") == Some("2") => {
                self.refusals.push(begin.elapsed());
                shared.refused.fetch_add(1, Ordering::Relaxed);
            }
            (status, number) => self.wrong.push(format!("{method} {path}: {status} with number {number:?}")),
        }
        answer.header("connection") != Some("close")
    }

    /// When the longest time without any number began, and how long it was.
    pub fn longest_gap(&self) -> (Instant, Duration) {
        let mut moments: Vec<Instant> = self.numbers.iter().map(|(moment, _)| *moment).collect();
        moments.sort_unstable();
        let gaps = moments.windows(2).map(|pair| (pair[0], pair[1] - pair[0]));
        gaps.max_by_key(|(_, gap)| *gap).expect("some visits were acknowledged")
    }

    /// Checks that no acknowledged visit is lost and none is counted twice, and says so in figures.
    pub fn check(&self, before: i64, total: i64) -> Figures {
        assert!(self.wrong.is_empty(), "answers that break the contract: {:?}", self.wrong);
        let acknowledged = self.numbers.len();
        let distinct: HashSet<i64> = self.numbers.iter().map(|(_, number)| *number).collect();
        assert_eq!(distinct.len(), acknowledged, "some numbers were given twice");
        let (least, most) = (distinct.iter().min().copied(), distinct.iter().max().copied());
        assert!(least.is_none_or(|least| least > before), "a number from before the test was given again");
        assert!(most.is_none_or(|most| most <= total), "visit {most:?} was acknowledged, but only {total} are counted");
        let surplus = total - before - i64::try_from(acknowledged).unwrap();
        let figures = Figures {
            acknowledged,
            counted: total - before,
            surplus,
            refused: self.refusals.len(),
            slowest_refusal: self.refusals.iter().max().copied().unwrap_or_default(),
            cut: self.cut,
        };
        let not_told = i64::try_from(figures.refused).unwrap() + i64::try_from(self.cut).unwrap();
        assert!(surplus >= 0 && surplus <= not_told, "visits were counted that nobody made: {figures}");
        figures
    }
}

/// What a fault test prints.
pub struct Figures {
    pub acknowledged: usize,
    pub counted: i64,
    pub surplus: i64,
    pub refused: usize,
    pub slowest_refusal: Duration,
    pub cut: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, counted, surplus, refused, slowest_refusal, cut } = self;
        write!(
            formatter,
            "{acknowledged} acknowledged, all distinct; {counted} in the database, surplus {surplus}; \
             {refused} x 503 (slowest {slowest_refusal:.2?}), {cut} cut"
        )
    }
}
