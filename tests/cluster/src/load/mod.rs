//! Visitors who keep coming while the cluster changes under them, and the account of what they were told.
//! It knows HTTP and the app's two ways to count a visit, nothing of Kubernetes.

mod http;
mod report;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

pub use http::{Answer, Connection, Target};
pub use report::Report;

/// How visitors come.
#[derive(Clone)]
pub struct Plan {
    pub visitors: usize,
    pub connections: Connections,
    /// Between two requests of one visitor.
    pub pause: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// One per visitor, kept as long as the server keeps it: browsers, proxies.
    Kept,
    /// A new one per request: what finds a Service or a gateway that leads to a pod which is gone.
    New,
}

impl Default for Plan {
    /// Four visitors, some 60 requests a second in all: about where a restarted gateway stops being clean for new
    /// connections on one machine, so a failure below it is a fault of the rollout and not of the load.
    fn default() -> Self {
        Self { visitors: 4, connections: Connections::New, pause: Duration::from_millis(60) }
    }
}

/// Visitors under way.
#[must_use = "visitors go on until they are told to stop"]
pub struct Load {
    stop: Arc<AtomicBool>,
    record: Arc<Mutex<Report>>,
    visitors: Vec<JoinHandle<()>>,
}

impl Load {
    pub fn start(target: &Target, plan: &Plan) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let record = Arc::new(Mutex::new(Report::begin()));
        let visitor = |number| {
            let (target, plan) = (target.clone(), plan.clone());
            let (stop, record) = (stop.clone(), record.clone());
            std::thread::spawn(move || visit_until_told(number, &target, &plan, &stop, &record))
        };
        let visitors = (0..plan.visitors).map(visitor).collect();
        Self { stop, record, visitors }
    }

    /// What was seen so far.
    pub fn so_far(&self) -> Report {
        self.record.lock().expect("no visitor panics with the record").clone()
    }

    /// Waits until so many more requests are answered.
    pub fn wait_for_more(&self, answers: usize, at_most: Duration) -> Result<()> {
        let (begin, before) = (Instant::now(), self.so_far().answered());
        while self.so_far().answered() < before + answers {
            if begin.elapsed() > at_most {
                let seen = self.so_far();
                bail!("{answers} more requests were not answered within {} s: {seen}", at_most.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Tells visitors to stop, lets each finish its request, and gives the account.
    pub fn stop(mut self) -> Report {
        self.send_home();
        let mut report = self.so_far();
        report.end();
        report
    }

    fn send_home(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for visitor in self.visitors.drain(..) {
            visitor.join().expect("a visitor never panics");
        }
    }
}

/// A test that failed half-way leaves nobody knocking.
impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn visit_until_told(number: usize, target: &Target, plan: &Plan, stop: &AtomicBool, record: &Mutex<Report>) {
    // Half of them look at the page, half use the API.
    let (method, path, done) =
        if number.is_multiple_of(2) { ("GET", "/", 200) } else { ("POST", "/api/v1/visits", 201) };
    let mut kept: Option<Connection> = None;
    while !stop.load(Ordering::Relaxed) {
        let begin = Instant::now();
        let reused = kept.is_some();
        let mut outcome = visit(kept.take(), target, method, path);
        if reused && outcome.as_ref().is_err_and(|error| error.nothing_came) {
            // The server closed an idle connection just before this request: every browser asks again on a new one.
            record.lock().expect("no visitor panics with the record").asked_again();
            outcome = visit(None, target, method, path);
        }
        let mut record = record.lock().expect("no visitor panics with the record");
        match outcome {
            Ok((connection, answer)) => {
                match answer.visitor() {
                    Some(visitor) if answer.status == done => record.answered_with(visitor, begin),
                    number => record.failed(format!("{method} {path}: {} with number {number:?}", answer.status)),
                }
                let closing = answer.header("connection") == Some("close");
                kept = (plan.connections == Connections::Kept && !closing).then_some(connection);
            }
            Err(error) => record.failed(format!("{method} {path}: {error}")),
        }
        drop(record);
        std::thread::sleep(plan.pause);
    }
}

fn visit(
    kept: Option<Connection>,
    target: &Target,
    method: &str,
    path: &str,
) -> Result<(Connection, Answer), http::Failure> {
    let mut connection = match kept {
        Some(connection) => connection,
        None => target.open()?,
    };
    let answer = connection.ask(method, path)?;
    Ok((connection, answer))
}
