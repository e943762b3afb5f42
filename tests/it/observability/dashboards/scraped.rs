//! A Prometheus that knows pods as it does in a cluster: by their labels, with the chart's rules, and beside them what the
//! cluster's own exporters tell.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::monitoring::Prometheus;
use crate::harness::process::new_directory;
use crate::harness::tree::read;
use crate::harness::web_server::serve;
use crate::observability::rules::RULES;

/// Where the pods are said to be.
pub const NAMESPACE: &str = "dogs";

/// What kube-state-metrics tells of a pod: there is no cluster here, so this stands in for it. A dashboard may use these
/// metrics of the cluster, and no others.
const KUBE_STATE_METRICS: &str = "\
kube_pod_container_resource_limits{resource=\"memory\",unit=\"byte\",LABELS} 134217728
kube_pod_container_resource_requests{resource=\"cpu\",unit=\"core\",LABELS} 0.1
kube_pod_container_status_restarts_total{LABELS} 0
";

/// A running server, and the file that names its targets.
pub struct Scraped {
    pub prometheus: Prometheus,
    targets: PathBuf,
}

impl Scraped {
    /// Scrapes and evaluates every second; [`Self::pods`] says whom.
    pub fn start() -> Self {
        let targets = new_directory("targets").join("targets.json");
        let exporter = serve(|_| kube_state_metrics());
        // JSON is YAML, too.
        let jobs = json!([
            {"job_name": "dog-gif-app", "file_sd_configs": [{"files": [targets]}]},
            {"job_name": "kube-state-metrics", "honor_labels": true, "static_configs": [{"targets": [exporter]}]},
        ]);
        let configuration =
            format!("global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nscrape_configs: {jobs}\n");
        // Budgets are recorded every few minutes only.
        let rules = read(RULES);
        let rules: Vec<&str> = rules.lines().filter(|line| !line.trim_start().starts_with("interval:")).collect();
        Self { prometheus: Prometheus::start(&configuration, Some(&(rules.join("\n") + "\n"))), targets }
    }

    /// The time by the server's clock, in seconds since 1970.
    pub fn now(&self) -> f64 {
        self.prometheus.query("vector(time())")[0]["value"][0].as_f64().expect("a time")
    }

    /// From now on these are the pods, each by its number and its operations listener.
    pub fn pods(&self, pods: &[(usize, SocketAddr)]) {
        let target = |(number, address): &(usize, SocketAddr)| json!({"targets": [address], "labels": {"namespace": NAMESPACE, "pod": format!("dog-gif-app-{number}")}});
        let targets: Vec<Value> = pods.iter().map(target).collect();
        // Renamed, so that it is never read half-written.
        let partial = self.targets.with_extension("partial");
        std::fs::write(&partial, Value::from(targets).to_string()).unwrap();
        std::fs::rename(partial, &self.targets).unwrap();
    }
}

fn kube_state_metrics() -> Vec<u8> {
    let labels = format!("namespace=\"{NAMESPACE}\",pod=\"dog-gif-app-0\",container=\"dog-gif-app\"");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4\r\nconnection: close\r\n\r\n";
    format!("{head}{}", KUBE_STATE_METRICS.replace("LABELS", &labels)).into_bytes()
}
