//! What the story stands on: the controllers, our gateway and issuers, MySQL, and our chart behind them.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cluster::Cluster;
use cluster::image::{self, Image, LayerBuilder, Settings, checkout};
use cluster::kubectl::{Kubectl, wait_until};
use cluster::load::Target;
use cluster::machine::{Process, network::NODE_ADDRESS};
use cluster::node;
use serde_json::Value;

use crate::vault::Vault;

pub const NAMESPACE: &str = "dog-gif-app-platform";
pub const HOST: &str = "dog-gif-app.example";
/// Long enough for a machine with other work, short enough for a leg of five minutes.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Ground {
    pub cluster: Cluster,
    pub vault: Vault,
    /// The gateway's Service.
    pub gateway: IpAddr,
    /// Two revisions of the program, by digest: the one that is installed, and the next.
    pub digests: [String; 2],
    kubeconfig: PathBuf,
}

impl Ground {
    /// `packages` are those of MySQL.
    pub fn prepare(cluster: Cluster, packages: &Path, begin: Instant) -> Result<Self> {
        let kubectl = cluster.kubectl.clone();
        Self::try_to_prepare(cluster, packages, begin).map_err(|error| error.context(what_pods_say(&kubectl)))
    }

    fn try_to_prepare(cluster: Cluster, packages: &Path, begin: Instant) -> Result<Self> {
        let say = |what: &str| println!("{:6.1} s  {what}", begin.elapsed().as_secs_f32());
        let digests = import_images(&cluster, packages)?;
        say("images are assembled and imported");
        start_controllers(&cluster)?;
        let vault = vault(&cluster)?;
        let kubeconfig = cluster.control_plane.kubeconfig(
            "helm",
            "helm",
            Some("system:masters"),
            &cluster::control_plane::server(),
        )?;
        let mut ground = Self { cluster, vault, gateway: NODE_ADDRESS.into(), digests, kubeconfig };
        let kubectl = &ground.cluster.kubectl;
        for folder in
            ["k8s/platform/namespaces", "k8s/platform/cert-manager/issuers-local", "k8s/platform/gateway/local"]
        {
            kubectl.apply(&ground.render(&root().join(folder))?)?;
        }
        ground.gateway = ground.cluster.service("gateway", "traefik")?;
        kubectl.apply(&ground.render(&here().join("environment"))?)?;
        // Helm makes these anew before the migration; the database needs the passwords before that.
        kubectl.apply(&ground.helm(&["template", "--show-only", "templates/externalsecret.yaml"], 0)?)?;
        say("controllers run, and everything but the program is applied");
        let rolled_out = |what: &str, namespace: &str, deadline: Duration| {
            let timeout = format!("--timeout={}s", deadline.as_secs());
            kubectl.run(&["rollout", "status", what, "--namespace", namespace, &timeout])
        };
        rolled_out("deployment/traefik", "gateway", PATIENCE)?;
        say("the gateway's pods are ready");
        rolled_out("statefulset/mysql", NAMESPACE, PATIENCE)?;
        say("MySQL is ready");
        ground.helm(&["install", "--wait", "--timeout", "90s"], 0)?;
        say("the chart is installed, its migration done, its pods ready");
        wait_until("the gateway answers for our host", PATIENCE, || {
            ground.cluster.processes.check()?;
            Ok((ground.https()?.ask("GET", "/api/v1/visits")?.status == 200).then_some(()))
        })?;
        say("the website answers over HTTPS");
        Ok(ground)
    }

    /// Installs or upgrades to the revision of this number.
    pub fn helm(&self, command: &[&str], revision: usize) -> Result<String> {
        let (verb, flags) = command.split_first().context("helm needs a command")?;
        let digest = &self.digests[revision];
        let data = self.cluster.machine.data.join("helm");
        run(Command::new(self.cluster.tools.binary("helm")?)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HELM_CACHE_HOME", data.join("cache"))
            .env("HELM_CONFIG_HOME", data.join("config"))
            .env("HELM_DATA_HOME", data.join("data"))
            .args([verb, "dog-gif-app"])
            .arg(root().join("k8s/charts/dog-gif-app"))
            .args(["--namespace", NAMESPACE, "--values"])
            .arg(here().join("environment/values.yaml"))
            .args(["--set", &format!("image.digest={digest}")])
            .args(flags))
    }

    fn render(&self, folder: &Path) -> Result<String> {
        run(Command::new(self.cluster.tools.binary("kustomize")?).arg("build").arg(folder))
    }

    /// The website as visitors reach it.
    pub fn https(&self) -> Result<Target> {
        Target::https(HOST, &self.authority()?, dial(SocketAddr::new(self.gateway, 443)))
    }

    /// What visitors of a cluster of one's own are told to trust.
    fn authority(&self) -> Result<Vec<u8>> {
        let template = r#"go-template={{index .data "tls.crt" | base64decode}}"#;
        let text =
            self.cluster.kubectl.run(&["get", "secret", "local-ca", "--namespace", "cert-manager", "-o", template])?;
        Ok(text.into_bytes())
    }

    /// The visitor count.
    pub fn visits(&self) -> Result<i64> {
        let answer = self.https()?.ask("GET", "/api/v1/visits")?;
        let total = serde_json::from_slice::<Value>(&answer.body).ok().and_then(|body| body["total"].as_i64());
        total.with_context(|| format!("no total in the answer {}: {}", answer.status, answer.text()))
    }

    /// The program's pods that are not on their way out.
    pub fn pods(&self) -> Result<Vec<Value>> {
        let labels = "app.kubernetes.io/name=dog-gif-app,app.kubernetes.io/component=web";
        let mut pods = self.cluster.kubectl.list("pods", NAMESPACE, labels)?;
        pods.retain(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        ensure!(!pods.is_empty(), "the program has no pods");
        Ok(pods)
    }

    /// Which pods there are and how often each was restarted: the same before and after when nothing was.
    pub fn identities(&self, namespace: &str, labels: &str) -> Result<Vec<(String, String)>> {
        let pods = self.cluster.kubectl.list("pods", namespace, labels)?;
        let identity = |pod: &Value| {
            (pod["metadata"]["name"].to_string(), pod["status"]["containerStatuses"][0]["restartCount"].to_string())
        };
        Ok(pods.iter().map(identity).collect())
    }

    /// Runs SQL as the database's root.
    pub fn sql(&self, statements: &str) -> Result<String> {
        let script = "MYSQL_PWD=$(cat /run/secrets/mysql-root/password) exec mysql --no-defaults --user=root \
                      --socket=/var/run/mysqld/mysqld.sock --batch --skip-column-names";
        let arguments = ["exec", "-i", "mysql-0", "--namespace", NAMESPACE, "--", "sh", "-c", script];
        self.cluster.kubectl.run_with_input(&arguments, statements)
    }
}

/// Connects, or says why not within 2 s.
pub fn dial(address: SocketAddr) -> impl Fn() -> std::io::Result<TcpStream> + Send + Sync + 'static {
    move || TcpStream::connect_timeout(&address, Duration::from_secs(2))
}

/// The state of all pods, and the last words of those that are not ready: what one asks first when something is not.
fn what_pods_say(kubectl: &Kubectl) -> String {
    let mut said = kubectl.run(&["get", "pods", "--all-namespaces"]).unwrap_or_default();
    for pod in kubectl.list("pods", "", "").unwrap_or_default() {
        if crate::secrets::condition(&pod, "Ready") || pod["status"]["phase"] == "Succeeded" {
            continue;
        }
        let of = |name: &str| pod["metadata"][name].as_str().unwrap_or_default().to_owned();
        let (namespace, name) = (of("namespace"), of("name"));
        let logs = |more: &[&str]| {
            let arguments = [&["logs", name.as_str(), "--namespace", namespace.as_str(), "--tail=15"], more].concat();
            kubectl.run(&arguments).unwrap_or_default()
        };
        said += &format!("\n{namespace}/{name} says:\n{}{}", logs(&["--previous"]), logs(&[]));
    }
    said
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/platform")
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{:?} failed: {}", command.get_program(), said.trim());
    Ok(String::from_utf8(output.stdout)?)
}

/// Under the names that the manifests call them by; the digests of the program's two revisions.
fn import_images(cluster: &Cluster, packages: &Path) -> Result<[String; 2]> {
    let checkout = root().canonicalize()?;
    // The parent of the crate's target directory is the repository's root, where `cargo test` built the program.
    let program = image::program::from_cargo(&checkout.join("target/debug/dog-gif-app"), "0.1.0", "first")?;
    let repository = checkout::repository(&checkout)?;
    let import = |image: &Image, tag: &str| {
        checkout::import(cluster, image, &repository, tag, &[]).map(|digest| digest.to_string())
    };
    let digests = [import(&program, "0.1.0")?, import(&program.with_revision("next")?, "0.1.1")?];
    let mut layer = LayerBuilder::default();
    layer.copy(cluster.tools.binary("traefik")?, "/traefik")?;
    let settings = Settings { entrypoint: vec!["/traefik".into()], user: "65532:65532".into(), ..Settings::default() };
    let traefik = Image::new(&settings, vec![layer.finish()?]);
    cluster.import_image(&traefik, &["docker.io/library/traefik:v3.7.13".to_owned()])?;
    let probe = image::tools::image(&image::mysql::busybox(packages)?)?;
    cluster.import_image(&probe, &[crate::network::IMAGE.to_owned()])?;
    checkout::import_mysql(cluster, &checkout, packages)?;
    Ok(digests)
}

/// As processes: what they decide is the same, and no image of theirs is needed.
fn start_controllers(cluster: &Cluster) -> Result<()> {
    let kubeconfig = |name: &str| {
        let path =
            cluster.control_plane.kubeconfig(name, name, Some("system:masters"), &cluster::control_plane::server())?;
        anyhow::Ok(format!("--kubeconfig={}", path.display()))
    };
    let start = |name: &'static str, arguments: Vec<String>| {
        let process = Process::new(name, cluster.tools.binary(name)?, arguments);
        cluster.processes.start(process.environment([("PATH", cluster.tools.path())]))
    };
    start("cert-manager", vec![kubeconfig("cert-manager")?])?;
    start("external-secrets", vec![kubeconfig("external-secrets")?])?;
    start(
        "kube-router",
        vec![
            kubeconfig("kube-router")?,
            // Network policies alone: routes are the bridge's business here, Services are kube-proxy's.
            "--run-router=false".to_owned(),
            "--run-service-proxy=false".to_owned(),
            "--run-firewall=true".to_owned(),
            format!("--hostname-override={}", node::NAME),
            format!("--service-cluster-ip-range={}", cluster::control_plane::SERVICE_ADDRESSES),
            "--metrics-port=0".to_owned(),
        ],
    )
}

/// With a password for each account.
fn vault(cluster: &Cluster) -> Result<Vault> {
    let reader = format!("{NAMESPACE}:secret-reader");
    let vault = Vault::serve(SocketAddr::new(NODE_ADDRESS.into(), 8200), &cluster.kubectl, &reader)?;
    for key in ["mysql-root", "dog-gif-app-mysql", "dog-gif-app-mysql-migrations"] {
        vault.put(key, &cluster::password());
    }
    Ok(vault)
}
