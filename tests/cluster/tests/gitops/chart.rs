//! The chart alone, as someone has it who wants Helm and nothing else: install, test, upgrade, roll back, uninstall, on
//! SQLite and on MySQL.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cluster::load::Target;
use cluster::{control_plane, password};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::accepted::tree;
use crate::bootstrap::BOOTSTRAP;
use crate::images::Version;
use crate::stage::Stage;
use crate::story::Story;

const RELEASE: &str = "dog-gif-app";
const CHART: &str = "k8s/charts/dog-gif-app";

pub fn trials(story: &Arc<Story>) -> Vec<Trial> {
    vec![
        story.trial("the_chart_alone_keeps_its_count_on_sqlite", &[BOOTSTRAP], on_sqlite),
        story.trial("the_chart_alone_serves_on_mysql", &[BOOTSTRAP], on_mysql),
    ]
}

fn on_sqlite(stage: &Stage) -> Result<()> {
    let release = Release::new(stage, "chart-sqlite", &[])?;
    release.life(&stage.images.good)?;
    let kubectl = &stage.cluster.kubectl;
    let claims = kubectl.list("persistentvolumeclaims", release.namespace, "")?;
    ensure!(claims.len() == 1, "uninstall left {} claims; the visits' volume has to stay", claims.len());
    Ok(())
}

fn on_mysql(stage: &Stage) -> Result<()> {
    let namespace = "chart-mysql";
    let values = [
        "replicas=2",
        "mysql.host=mysql",
        "mysql.user=dog",
        "mysql.database=dogs",
        "mysql.existingSecret=dog-gif-app-mysql",
        "migrations.user=migrator",
        "migrations.existingSecret=dog-gif-app-mysql-migrations",
    ];
    let release = Release::new(stage, namespace, &values)?;
    let kubectl = &stage.cluster.kubectl;
    let secret = |name: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace},
            "stringData": {"password": password()}})
    };
    let mut objects = ["dog-gif-app-mysql", "dog-gif-app-mysql-migrations", "mysql-root"].map(secret).to_vec();
    // The database of components/mysql-single, without what stands around it.
    let tree = tree::Tree::copy();
    for object in tree.build(&tree.bare(&["mysql-single"]), "mysql-single") {
        let mut object = serde_json::to_value(object)?;
        if object["metadata"]["name"].as_str().is_some_and(|name| name.starts_with("mysql")) {
            object["metadata"]["namespace"] = namespace.into();
            objects.push(object);
        }
    }
    kubectl.apply(&json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string())?;
    kubectl.run(&["rollout", "status", "statefulset/mysql", "--namespace", namespace, "--timeout=120s"])?;
    release.life(&stage.images.good)
}

/// One release in a namespace of its own.
struct Release<'a> {
    stage: &'a Stage,
    namespace: &'static str,
    kubeconfig: String,
    values: Vec<&'static str>,
}

impl<'a> Release<'a> {
    fn new(stage: &'a Stage, namespace: &'static str, values: &[&'static str]) -> Result<Self> {
        let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
        let object =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}});
        stage.cluster.kubectl.apply(&object.to_string())?;
        let kubeconfig = stage.cluster.control_plane.kubeconfig(
            "helm",
            "admin",
            Some("system:masters"),
            &control_plane::server(),
        )?;
        Ok(Self { stage, namespace, kubeconfig: kubeconfig.display().to_string(), values: values.to_vec() })
    }

    /// From install to uninstall; the count never goes back.
    fn life(&self, versions: &[Version]) -> Result<()> {
        let [first, second, ..] = versions else { anyhow::bail!("two versions are needed") };
        let begin = Instant::now();
        self.helm_with("install", first)?;
        let install = begin.elapsed();
        self.says(first)?;
        for _ in 0..3 {
            self.visit()?;
        }
        let before = self.total()?;
        self.helm(&["test", RELEASE, "--timeout=60s"])?;
        ensure!(self.total()? > before, "`helm test` visited nobody");
        let total = self.total()?;
        let begin = Instant::now();
        self.helm_with("upgrade", second)?;
        let upgrade = begin.elapsed();
        self.says(second)?;
        ensure!(self.total()? == total, "the count is {} after the upgrade, it was {total}", self.total()?);
        self.visit()?;
        let begin = Instant::now();
        self.helm(&["rollback", RELEASE, "1", "--wait", "--timeout=120s"])?;
        let rollback = begin.elapsed();
        self.says(first)?;
        ensure!(self.total()? == total + 1, "the count is {} after the rollback, it was {}", self.total()?, total + 1);
        self.helm(&["uninstall", RELEASE, "--wait", "--timeout=120s"])?;
        let left = self.stage.cluster.kubectl.list(
            "deployments,services,jobs,configmaps",
            self.namespace,
            "app.kubernetes.io/instance=dog-gif-app,app.kubernetes.io/managed-by=Helm",
        )?;
        let left: Vec<_> = left.iter().map(|one| format!("{} {}", one["kind"], one["metadata"]["name"])).collect();
        ensure!(left.is_empty(), "uninstall left {}", left.join(", "));
        println!(
            "  {}: install {:.1} s, upgrade {:.1} s, rollback {:.1} s",
            self.namespace,
            install.as_secs_f32(),
            upgrade.as_secs_f32(),
            rollback.as_secs_f32()
        );
        Ok(())
    }

    fn helm_with(&self, command: &str, version: &Version) -> Result<()> {
        let chart = self.stage.repository.root().join(CHART).display().to_string();
        let image = [format!("image.tag={}", version.tag), format!("image.digest={}", version.digest)];
        let mut arguments = vec![command, RELEASE, &chart, "--wait", "--timeout=120s"];
        for value in self.values.iter().copied().chain(image.iter().map(String::as_str)) {
            arguments.extend(["--set", value]);
        }
        self.helm(&arguments)
    }

    fn helm(&self, arguments: &[&str]) -> Result<()> {
        let home = self.stage.cluster.machine.data.join("helm");
        let output = Command::new(self.stage.cluster.tools.binary("helm")?)
            .args(arguments)
            .args(["--namespace", self.namespace, "--kubeconfig", &self.kubeconfig])
            // Nothing of the user's own Helm.
            .env("HELM_CONFIG_HOME", home.join("config"))
            .env("HELM_CACHE_HOME", home.join("cache"))
            .env("HELM_DATA_HOME", home.join("data"))
            .output()
            .context("cannot run helm")?;
        ensure!(
            output.status.success(),
            "helm {}: {}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim(),
            self.stage
                .cluster
                .kubectl
                .run(&["get", "pods,jobs,events", "--namespace", self.namespace])
                .unwrap_or_default()
        );
        Ok(())
    }

    fn target(&self, service: &str, port: u16) -> Result<Target> {
        let address = SocketAddr::new(self.stage.cluster.service(self.namespace, service)?, port);
        Ok(Target::http(RELEASE, move || TcpStream::connect_timeout(&address, Duration::from_secs(2))))
    }

    fn visit(&self) -> Result<()> {
        let answer = self.target(RELEASE, 80)?.ask("GET", "/")?;
        ensure!(answer.status == 200, "a visit is answered with {}", answer.status);
        Ok(())
    }

    fn total(&self) -> Result<i64> {
        let answer = self.target(RELEASE, 80)?.ask("GET", "/api/v1/visits")?;
        let body: Value = serde_json::from_slice(&answer.body)?;
        body["total"].as_i64().with_context(|| format!("no total in {}", answer.text()))
    }

    /// Each pod runs this version and says so.
    fn says(&self, version: &Version) -> Result<()> {
        let labels = "app.kubernetes.io/name=dog-gif-app,app.kubernetes.io/component=web";
        for pod in self.stage.cluster.kubectl.list("pods", self.namespace, labels)? {
            if !pod["metadata"]["deletionTimestamp"].is_null() {
                continue;
            }
            let address: IpAddr =
                pod["status"]["podIP"].as_str().unwrap_or_default().parse().context("a pod without an address")?;
            let address = SocketAddr::new(address, 9090);
            let target = Target::http(RELEASE, move || TcpStream::connect_timeout(&address, Duration::from_secs(2)));
            let answer = target.ask("GET", "/version")?;
            ensure!(answer.text().contains(version.tag), "/version says {} instead of {}", answer.text(), version.tag);
        }
        Ok(())
    }
}
