//! Every metric with its help, in one struct. Labels are bounded: route patterns, never raw paths.

use std::time::Duration;

use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::config::Backend;

/// What a look into the GIF cache came to.
#[derive(Debug, Clone, Copy)]
pub enum CacheResult {
    /// The bytes were in memory.
    Hit,
    /// The bytes came from the database.
    Miss,
}

/// Every metric of the process; cheap to clone, as each one is shared.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    /// `http_requests_total{method,route,status}`
    pub http_requests: IntCounterVec,
    /// `http_request_duration_seconds{method,route}`
    pub http_request_duration: HistogramVec,
    /// `http_requests_in_flight`
    pub http_requests_in_flight: IntGauge,
    /// `http_connections{listener}`
    pub http_connections: IntGaugeVec,
    /// `http_connections_max{listener}`
    pub http_connections_max: IntGaugeVec,
    /// `http_connections_delayed_total{listener}`
    pub http_connections_delayed: IntCounterVec,
    /// `http_accept_failures_total{listener}`
    pub http_accept_failures: IntCounterVec,
    /// `dog_gif_visitors`: the total in the database, the same on every replica.
    pub visitors: IntGauge,
    /// `dog_gif_visits_total`: visits this process has counted.
    pub visits: IntCounter,
    /// `visit_commit_duration_seconds`
    pub visit_commit_duration: Histogram,
    /// `visit_batch_size`
    pub visit_batch_size: Histogram,
    /// `visit_commit_failures_total`
    pub visit_commit_failures: IntCounter,
    /// `visit_queue_depth`
    pub visit_queue_depth: IntGauge,
    /// `visit_queue_capacity`
    pub visit_queue_capacity: IntGauge,
    /// `visits_refused_total{reason}`
    pub visits_refused: IntCounterVec,
    /// `visit_counting_stuck_seconds`
    pub visit_counting_stuck: Gauge,
    /// `dog_gif_count_regressions_total`
    pub count_regressions: IntCounter,
    /// `store_pool_connections{state}`
    pub pool_connections: IntGaugeVec,
    /// `gif_catalogue_size`
    pub catalogue_size: IntGauge,
    /// `gif_cache_bytes`
    pub cache_bytes: IntGauge,
    cache_requests: IntCounterVec,
    ready: IntGaugeVec,
}

/// From half a millisecond, which a page from memory takes, to the timeouts.
const REQUEST_SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// From a local fsync to a stalled database.
const COMMIT_SECONDS: [f64; 13] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Powers of two up to a full queue.
const BATCH_VISITS: [f64; 13] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0];

impl Metrics {
    /// Registers every metric; `revision` is the commit, `backend` the kind of database in use.
    ///
    /// # Panics
    /// When two metrics have one name, which the first test run shows.
    pub fn new(revision: &str, backend: Backend) -> Self {
        let registry = Registry::new();
        let metrics = Self {
            http_requests: counters("http_requests_total", "Requests answered.", &["method", "route", "status"]),
            http_request_duration: HistogramVec::new(
                HistogramOpts::new("http_request_duration_seconds", "Time from request head to answer.")
                    .buckets(REQUEST_SECONDS.to_vec()),
                &["method", "route"],
            )
            .expect("valid metric"),
            http_requests_in_flight: gauge("http_requests_in_flight", "Requests being answered now."),
            http_connections: gauges("http_connections", "Open connections.", &["listener"]),
            http_connections_max: gauges(
                "http_connections_max",
                "Most connections at a time; more wait.",
                &["listener"],
            ),
            http_connections_delayed: counters(
                "http_connections_delayed_total",
                "Connections that had to wait for a place.",
                &["listener"],
            ),
            http_accept_failures: counters(
                "http_accept_failures_total",
                "Attempts to accept a connection that failed for want of file descriptors or memory.",
                &["listener"],
            ),
            visitors: gauge(
                "dog_gif_visitors",
                "Visitors ever counted, as in the database: the same on every replica, so aggregate with max(), not sum().",
            ),
            visits: counter("dog_gif_visits_total", "Visits counted by this process."),
            visit_commit_duration: histogram(
                "visit_commit_duration_seconds",
                "Time to commit one batch of visits.",
                &COMMIT_SECONDS,
            ),
            visit_batch_size: histogram("visit_batch_size", "Visits committed in one transaction.", &BATCH_VISITS),
            visit_commit_failures: counter("visit_commit_failures_total", "Attempts to commit visits that failed."),
            visit_queue_depth: gauge("visit_queue_depth", "Visits waiting to be committed."),
            visit_queue_capacity: gauge("visit_queue_capacity", "Most visits that may wait; more are refused."),
            visits_refused: counters(
                "visits_refused_total",
                "Visits that were given no number (queue_full, too_late, stopped).",
                &["reason"],
            ),
            visit_counting_stuck: Gauge::new(
                "visit_counting_stuck_seconds",
                "How long the counting thread has been waiting for the database, in one attempt.",
            )
            .expect("valid metric"),
            count_regressions: counter(
                "dog_gif_count_regressions_total",
                "How often the database knew of fewer visits than this process had acknowledged.",
            ),
            pool_connections: gauges(
                "store_pool_connections",
                "Pooled database connections by state (idle, busy).",
                &["state"],
            ),
            catalogue_size: gauge("gif_catalogue_size", "GIFs in the catalogue."),
            cache_bytes: gauge("gif_cache_bytes", "Bytes held by the GIF cache."),
            cache_requests: counters("gif_cache_requests_total", "Looks into the GIF cache (hit, miss).", &["result"]),
            ready: gauges(
                "dog_gif_ready",
                "What /readyz answered last: 1 ready, 0 not; absent until it is asked.",
                &[],
            ),
            registry,
        };
        metrics.register_all(revision, backend);
        metrics
    }

    /// Counts one look into the GIF cache.
    pub fn cache_request(&self, result: CacheResult) {
        let label = match result {
            CacheResult::Hit => "hit",
            CacheResult::Miss => "miss",
        };
        self.cache_requests.with_label_values(&[label]).inc();
    }

    /// Records what the readiness probe was answered.
    pub fn probed(&self, is_ready: bool) {
        self.ready.with_label_values::<&str>(&[]).set(is_ready.into());
    }

    /// Records one committed batch.
    pub fn batch_committed(&self, visits: u32, last_number: i64, took: Duration) {
        self.visits.inc_by(u64::from(visits));
        self.visit_batch_size.observe(f64::from(visits));
        self.visit_commit_duration.observe(took.as_secs_f64());
        self.visitors.set(last_number);
    }

    /// All metrics in Prometheus' text format.
    ///
    /// # Errors
    /// A metric cannot be written as text, which would be a bug of ours.
    pub fn render(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::with_capacity(32 * 1024);
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }

    fn register_all(&self, revision: &str, backend: Backend) {
        let build_info = IntGaugeVec::new(
            Opts::new("build_info", "Always 1; the labels say what is running."),
            &["version", "revision", "store"],
        )
        .expect("valid metric");
        build_info.with_label_values(&[crate::VERSION, revision, backend.name()]).set(1);
        for state in ["idle", "busy"] {
            self.pool_connections.with_label_values(&[state]).set(0);
        }
        for result in ["hit", "miss"] {
            self.cache_requests.with_label_values(&[result]).reset();
        }
        let collectors: [Box<dyn prometheus::core::Collector>; 24] = [
            Box::new(self.http_requests.clone()),
            Box::new(self.http_request_duration.clone()),
            Box::new(self.http_requests_in_flight.clone()),
            Box::new(self.http_connections.clone()),
            Box::new(self.http_connections_max.clone()),
            Box::new(self.http_connections_delayed.clone()),
            Box::new(self.http_accept_failures.clone()),
            Box::new(self.visitors.clone()),
            Box::new(self.visits.clone()),
            Box::new(self.visit_commit_duration.clone()),
            Box::new(self.visit_batch_size.clone()),
            Box::new(self.visit_commit_failures.clone()),
            Box::new(self.visit_queue_depth.clone()),
            Box::new(self.visit_queue_capacity.clone()),
            Box::new(self.visits_refused.clone()),
            Box::new(self.visit_counting_stuck.clone()),
            Box::new(self.count_regressions.clone()),
            Box::new(self.pool_connections.clone()),
            Box::new(self.catalogue_size.clone()),
            Box::new(self.cache_bytes.clone()),
            Box::new(self.cache_requests.clone()),
            Box::new(self.ready.clone()),
            Box::new(build_info),
            Box::new(ProcessCollector::for_self()),
        ];
        for collector in collectors {
            self.registry.register(collector).expect("every metric has a name of its own");
        }
    }
}

fn counter(name: &str, help: &str) -> IntCounter {
    IntCounter::new(name, help).expect("valid metric")
}

fn counters(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, help), labels).expect("valid metric")
}

fn gauge(name: &str, help: &str) -> IntGauge {
    IntGauge::new(name, help).expect("valid metric")
}

fn gauges(name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
    IntGaugeVec::new(Opts::new(name, help), labels).expect("valid metric")
}

fn histogram(name: &str, help: &str, buckets: &[f64]) -> Histogram {
    Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())).expect("valid metric")
}
