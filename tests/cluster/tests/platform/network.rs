//! Who may talk to whom: the chart's NetworkPolicies and the components', enforced. Each refusal stands beside a
//! connection to the same place that is let through, so that a dead server is not taken for a closed door.

use std::net::IpAddr;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use cluster::kubectl::wait_until;
use serde_json::{Value, json};

use crate::ground::{Ground, NAMESPACE, PATIENCE};

/// Debian's busybox.
pub const IMAGE: &str = "localhost/probe:1";

const VISITORS: u16 = 5000;
const OPERATIONS: u16 = 9090;
const MYSQL: u16 = 3306;

pub fn visitors(ground: &Ground) -> Result<()> {
    let program = address(&ground.pods()?[0])?;
    let [gateway, monitoring, elsewhere] = probes(ground)?;
    gateway.reaches(program, VISITORS)?;
    // The Service is no way around it.
    let service = ground.cluster.service(NAMESPACE, "dog-gif-app")?;
    gateway.reaches(service, 80)?;
    for stranger in [&monitoring, &elsewhere] {
        stranger.does_not_reach(program, VISITORS)?;
        stranger.does_not_reach(service, 80)?;
    }
    Ok(())
}

pub fn operations(ground: &Ground) -> Result<()> {
    let program = address(&ground.pods()?[0])?;
    let [gateway, monitoring, elsewhere] = probes(ground)?;
    monitoring.reaches(program, OPERATIONS)?;
    gateway.does_not_reach(program, OPERATIONS)?;
    elsewhere.does_not_reach(program, OPERATIONS)?;
    // The kubelet asks there too, all the time: pods that are ready and were never restarted heard it.
    for pod in ground.pods()? {
        let status = &pod["status"]["containerStatuses"][0];
        ensure!(status["ready"] == true && status["restartCount"] == 0, "the kubelet's probes do not pass: {status}");
    }
    Ok(())
}

pub fn egress(ground: &Ground) -> Result<()> {
    let program = Place::new(&ground.pods()?[0])?;
    let [gateway, _, elsewhere] = probes(ground)?;
    let database = address(&ground.cluster.kubectl.get("pod", NAMESPACE, "mysql-0")?.context("no pod mysql-0")?)?;
    program.reaches(database, MYSQL)?;
    program.reaches(ground.cluster.service(NAMESPACE, "mysql")?, MYSQL)?;
    program.reaches(ground.cluster.service("kube-system", "kube-dns")?, 53)?;
    for (address, port) in [
        (ground.cluster.service("default", "kubernetes")?, 443),
        (ground.cluster.service("gateway", "traefik")?, 443),
        (address(&gateway.pod)?, LISTENING),
    ] {
        elsewhere.reaches(address, port)?;
        program.does_not_reach(address, port)?;
    }
    Ok(())
}

pub fn database(ground: &Ground) -> Result<()> {
    let pod = ground.cluster.kubectl.get("pod", NAMESPACE, "mysql-0")?.context("no pod mysql-0")?;
    let database = address(&pod)?;
    Place::new(&ground.pods()?[0])?.reaches(database, MYSQL)?;
    for stranger in probes(ground)? {
        stranger.does_not_reach(database, MYSQL)?;
    }
    // From it, nothing at all.
    let [gateway, _, elsewhere] = probes(ground)?;
    let target = address(&gateway.pod)?;
    elsewhere.reaches(target, LISTENING)?;
    Place::new(&pod)?.does_not_reach(target, LISTENING)
}

/// Where the probe pods themselves listen.
const LISTENING: u16 = 8080;

/// One pod in the gateway's namespace, one in Prometheus', one in another; made by who asks first.
fn probes(ground: &Ground) -> Result<[Place; 3]> {
    let kubectl = &ground.cluster.kubectl;
    let namespaces = ["gateway", "monitoring", "default"];
    let pods: Vec<_> = namespaces.iter().map(|namespace| pod(namespace)).collect();
    kubectl.apply(&json!({"apiVersion": "v1", "kind": "List", "items": pods}).to_string())?;
    let mut places = Vec::new();
    for namespace in namespaces {
        let (_, pod) = wait_until(&format!("the probe pod in {namespace} runs"), PATIENCE, || {
            let pod = kubectl.get("pod", namespace, "probe")?;
            Ok(pod.filter(|pod| crate::secrets::condition(pod, "Ready")))
        })?;
        places.push(Place::new(&pod)?);
    }
    places.try_into().map_err(|_| anyhow::anyhow!("three namespaces, three pods"))
}

fn pod(namespace: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe", "namespace": namespace},
        "spec": {
            "automountServiceAccountToken": false,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "probe", "image": IMAGE, "imagePullPolicy": "Never",
                // busybox's nc serves one caller at a time.
                "command": ["/bin/sh", "-c", format!("while true; do nc -l -p {LISTENING} </dev/null >/dev/null; done")],
                "resources": {"requests": {"cpu": "1m", "memory": "8Mi"}, "limits": {"memory": "16Mi"}},
                "securityContext": {
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                    "capabilities": {"drop": ["ALL"]},
                },
            }],
        },
    })
}

/// Inside a pod's network: what connects from here is, to the packet filter, the pod.
struct Place {
    pod: Value,
    process: String,
}

impl Place {
    fn new(pod: &Value) -> Result<Self> {
        let container = pod["status"]["containerStatuses"][0]["containerID"].as_str().unwrap_or_default();
        let container = container.strip_prefix("containerd://").context("the pod has no container yet")?;
        // Its control group is named after it.
        let of_the_container = |process: &std::fs::DirEntry| {
            std::fs::read_to_string(process.path().join("cgroup")).is_ok_and(|groups| groups.contains(container))
        };
        let process = std::fs::read_dir("/proc")?.flatten().find(of_the_container);
        let process = process.context("the container has no process")?.file_name().to_string_lossy().into_owned();
        Ok(Self { pod: pod.clone(), process })
    }

    fn reaches(&self, address: IpAddr, port: u16) -> Result<()> {
        // A policy follows its pods within a second; the patience is for a machine with other work.
        let what = format!("{} reaches {address}:{port}, as it may", self.name());
        wait_until(&what, Duration::from_secs(10), || Ok(self.connects(address, port)?.then_some(())))?;
        Ok(())
    }

    fn does_not_reach(&self, address: IpAddr, port: u16) -> Result<()> {
        if self.connects(address, port)? {
            bail!("{} reaches {address}:{port}, which it must not", self.name());
        }
        Ok(())
    }

    fn connects(&self, address: IpAddr, port: u16) -> Result<bool> {
        // A connection within the cluster takes a millisecond; what is dropped would be tried for two minutes.
        let status = Command::new("nsenter")
            .args(["--net", "--target", &self.process, "timeout", "1", "bash", "-c"])
            .arg(format!("exec 3<>/dev/tcp/{address}/{port}"))
            .stderr(std::process::Stdio::null())
            .status()
            .context("cannot run nsenter")?;
        Ok(status.success())
    }

    fn name(&self) -> String {
        let of = |name: &str| self.pod["metadata"][name].as_str().unwrap_or_default().to_owned();
        format!("the pod {}/{}", of("namespace"), of("name"))
    }
}

fn address(pod: &Value) -> Result<IpAddr> {
    let address = pod["status"]["podIP"].as_str().context("the pod has no address")?;
    Ok(address.parse()?)
}
