//! One environment as its visitors see it, and the pods behind it.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cluster::kubectl::{Kubectl, wait_until};
use cluster::load::{Load, Plan, Report, Target};
use cluster::{Cluster, secrets};
use serde_json::Value;

use crate::images::Version;
use crate::stage::Stage;

pub const DEPLOYMENT: &str = "dog-gif-app";
const PODS: &str = "app.kubernetes.io/name=dog-gif-app,app.kubernetes.io/component=web";

#[derive(Clone)]
pub struct Website {
    pub environment: &'static str,
    pub namespace: String,
    kubectl: Kubectl,
    target: Target,
}

/// Visitors under way, and the count before the first of them.
pub struct Visitors {
    website: Website,
    load: Load,
    before: i64,
}

impl Website {
    /// As it is now: after a Service was made anew it has another address.
    pub fn of(stage: &Stage, environment: &'static str) -> Result<Self> {
        Self::in_cluster(&stage.cluster, environment)
    }

    fn in_cluster(cluster: &Cluster, environment: &'static str) -> Result<Self> {
        let namespace = secrets::namespace(environment);
        let address = cluster.service(&namespace, DEPLOYMENT)?;
        Ok(Self { environment, namespace, kubectl: cluster.kubectl.clone(), target: at(address, 80) })
    }

    /// Of the Application that makes it.
    pub fn application(&self) -> String {
        self.namespace.clone()
    }

    pub fn total(&self) -> Result<i64> {
        let answer = self.target.ask("GET", "/api/v1/visits")?;
        let total = serde_json::from_slice::<Value>(&answer.body).ok().and_then(|body| body["total"].as_i64());
        total.with_context(|| format!("no total in the answer {}: {}", answer.status, answer.text()))
    }

    pub fn visitors(&self) -> Result<Visitors> {
        self.visitors_as(&Plan::default())
    }

    pub fn visitors_as(&self, plan: &Plan) -> Result<Visitors> {
        let before = self.total()?;
        Ok(Visitors { website: self.clone(), load: Load::start(&self.target, plan), before })
    }

    /// What MySQL answers root, a line each, without headings.
    pub fn ask_database(&self, question: &str) -> Result<String> {
        let client = "MYSQL_PWD=$(cat /run/secrets/mysql-root/password) exec mysql --no-defaults \
                      --socket=/var/run/mysqld/mysqld.sock --user=root --skip-column-names --batch --execute=\"$0\"";
        let exec = ["exec", "mysql-0", "--namespace", &self.namespace, "--", "sh", "-c", client, question];
        self.kubectl.run(&exec)
    }

    /// The pods that are not on their way out.
    pub fn pods(&self) -> Result<Vec<Value>> {
        let mut pods = self.kubectl.list("pods", &self.namespace, PODS)?;
        pods.retain(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        Ok(pods)
    }

    /// Which pods are ready, by name.
    pub fn ready(&self) -> Result<Vec<String>> {
        let ready = |pod: &Value| {
            let conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
            conditions.into_iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
        };
        let pods = self.pods()?;
        Ok(pods.iter().filter(|pod| ready(pod)).map(|pod| text(&pod["metadata"]["name"])).collect())
    }

    pub fn deployment(&self) -> Result<Value> {
        let deployment = self.kubectl.get("deployment", &self.namespace, DEPLOYMENT)?;
        deployment.with_context(|| format!("{} has no Deployment", self.environment))
    }

    /// Waits until those on their way out have served the last of their visitors.
    pub fn wait_for_leavers(&self) -> Result<()> {
        wait_until(&format!("the old pods of {} are gone", self.environment), Duration::from_secs(45), || {
            let all = self.kubectl.list("pods", &self.namespace, PODS)?;
            Ok(all.iter().all(|pod| pod["metadata"]["deletionTimestamp"].is_null()).then_some(()))
        })
        .map(drop)
    }

    /// The digest of the image that the Deployment asks for.
    pub fn running(&self) -> Result<String> {
        let image = text(&self.deployment()?["spec"]["template"]["spec"]["containers"][0]["image"]);
        let digest = image.split_once('@').map(|(_, digest)| digest.to_owned());
        digest.with_context(|| format!("{} runs {image}, which has no digest", self.environment))
    }

    /// Waits until every pod is of this image, and ready.
    pub fn wait_for_digest(&self, digest: &str, deadline: Duration) -> Result<()> {
        wait_until(&format!("{} runs {digest}", self.environment), deadline, || {
            let deployment = self.deployment()?;
            Ok((runs(&deployment, digest) && is_rolled_out(&deployment)).then_some(()))
        })
        .map(drop)
    }

    /// Waits until every pod is of this version and says so itself.
    pub fn wait_for(&self, version: &Version, deadline: Duration) -> Result<()> {
        self.wait_for_digest(&version.digest, deadline).with_context(|| format!("version {}", version.tag))?;
        let pods = self.pods()?;
        ensure!(!pods.is_empty(), "{} has no pods", self.environment);
        for pod in pods {
            let address: IpAddr = text(&pod["status"]["podIP"]).parse().context("a pod without an address")?;
            let answer = at(address, 9090).ask("GET", "/version")?;
            let said = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
            ensure!(said["revision"] == version.tag, "/version says {} instead of {}", answer.text(), version.tag);
        }
        Ok(())
    }
}

impl Visitors {
    pub fn wait_for_more(&self, answers: usize) -> Result<()> {
        self.load.wait_for_more(answers, Duration::from_secs(30))
    }

    /// Sends them home: some may have been refused, but what was acknowledged is counted once.
    pub fn nothing_lost(self) -> Result<Report> {
        let report = self.load.stop();
        let (_, after) =
            wait_until("the count can be read", Duration::from_secs(30), || self.website.total().map(Some))?;
        report.adds_up(self.before, after)?;
        Ok(report)
    }

    /// Sends them home: none was refused, and the count has risen by exactly what they were told.
    pub fn all_served(self) -> Result<Report> {
        let report = self.load.stop();
        let after = self.website.total()?;
        report.none_failed().with_context(|| format!("visitors of {}", self.website.environment))?;
        report.adds_up(self.before, after)?;
        let risen = after - self.before;
        ensure!(
            risen == i64::try_from(report.answered())?,
            "the count rose by {risen}, not by what was answered: {report}"
        );
        Ok(report)
    }
}

fn runs(deployment: &Value, digest: &str) -> bool {
    let containers = &deployment["spec"]["template"]["spec"]["containers"];
    containers[0]["image"].as_str().is_some_and(|image| image.ends_with(&format!("@{digest}")))
}

/// As `kubectl rollout status` decides it.
fn is_rolled_out(deployment: &Value) -> bool {
    let status = |name: &str| deployment["status"][name].as_i64().unwrap_or(0);
    let wanted = deployment["spec"]["replicas"].as_i64().unwrap_or(1);
    status("observedGeneration") >= deployment["metadata"]["generation"].as_i64().unwrap_or(0)
        && status("updatedReplicas") == wanted
        && status("replicas") == wanted
        && status("availableReplicas") == wanted
}

fn at(address: IpAddr, port: u16) -> Target {
    let address = SocketAddr::new(address, port);
    Target::http("dog-gif-app", move || TcpStream::connect_timeout(&address, Duration::from_secs(2)))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
