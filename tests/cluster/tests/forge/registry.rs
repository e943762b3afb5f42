//! A real registry of its own for each test, and what is pushed into it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use cluster::tools::Tools;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use time::OffsetDateTime;
use ureq::Agent;
use ureq::http::Request;

pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// The repository that tests clean up.
pub const REPOSITORY: &str = "dogs/kennel/app";

static TOOLS: LazyLock<Tools> =
    LazyLock::new(|| Tools::ready(&["registry-client", "distribution"]).expect("the registry and its client"));

/// Distribution, which ends with the value.
pub struct Registry {
    process: Child,
    pub host: String,
    repository: &'static str,
    agent: Agent,
    /// Every manifest that was pushed.
    manifests: Mutex<BTreeSet<String>>,
    /// What was pushed as being about what.
    referrers: Mutex<Vec<(String, String)>>,
    _directory: TempDir,
}

impl Registry {
    pub fn start() -> Self {
        Self::start_for(REPOSITORY)
    }

    /// With `repository` in the place of [`REPOSITORY`].
    pub fn start_for(repository: &'static str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let host = format!("127.0.0.1:{port}");
        let settings = json!({
            "version": "0.1",
            "log": {"level": "error", "accesslog": {"disabled": true}},
            "storage": {
                "filesystem": {"rootdirectory": directory.path().join("data")},
                "delete": {"enabled": true},
                "maintenance": {"uploadpurging": {"enabled": false}},
            },
            // A third of what is asked for, so that listing takes pages.
            "tags": {"maxtags": 100},
            "http": {"addr": host, "secret": "of no use"},
        });
        // JSON is YAML, too.
        let file = directory.path().join("settings.yaml");
        std::fs::write(&file, settings.to_string()).expect("settings");
        let program = TOOLS.binary("registry").expect("distribution");
        // With the test's thread, also if the test is killed.
        let process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(program)
            .arg("serve")
            .arg(file)
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a registry");
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        let registry = Self {
            process,
            host,
            repository,
            agent,
            manifests: Mutex::default(),
            referrers: Mutex::default(),
            _directory: directory,
        };
        let begin = Instant::now();
        while !matches!(ureq::get(format!("http://{}/v2/", registry.host)).call(), Ok(answer) if answer.status() == 200)
        {
            assert!(begin.elapsed() < Duration::from_secs(30), "no registry at {}", registry.host);
            std::thread::sleep(Duration::from_millis(20));
        }
        registry
    }

    /// Status and text of an answer.
    pub fn ask(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> (u16, String) {
        let accept = [MANIFEST, INDEX].join(", ");
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}/v2/{}/{path}", self.host, self.repository))
            .header("Accept", accept)
            .header("Content-Type", media_type)
            .body(body)
            .expect("a request");
        let mut answer = self.agent.run(request).expect("an answer");
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap_or_default())
    }

    pub fn blob(&self, bytes: &[u8]) -> Value {
        let digest = digest(bytes);
        let answer =
            self.agent.post(format!("http://{}/v2/{}/blobs/uploads/", self.host, self.repository)).send_empty();
        let place = answer.expect("an upload").headers()["location"].to_str().expect("an address").to_owned();
        let answer =
            self.agent.put(format!("{place}&digest={digest}")).content_type("application/octet-stream").send(bytes);
        assert_eq!(answer.expect("an upload").status(), 201);
        json!({"digest": digest, "size": bytes.len()})
    }

    /// Pushes a manifest under a tag, or under its digest alone.
    pub fn manifest(&self, tag: Option<&str>, manifest: &Value) -> String {
        let bytes = manifest.to_string().into_bytes();
        let digest = digest(&bytes);
        let media_type = manifest["mediaType"].as_str().expect("a type");
        let (status, text) = self.ask("PUT", &format!("manifests/{}", tag.unwrap_or(&digest)), media_type, &bytes);
        assert_eq!(status, 201, "{text}");
        self.manifests.lock().expect("the list").insert(digest.clone());
        digest
    }

    /// An image whose configuration says that it was made so many days ago.
    pub fn image(&self, tag: Option<&str>, days: i64, layers: &[&str]) -> String {
        self.image_of(tag, &json!({"created": ago(days), "architecture": layers.join(" "), "os": "linux"}), layers)
    }

    pub fn image_of(&self, tag: Option<&str>, config: &Value, layers: &[&str]) -> String {
        let typed = |mut blob: Value, media_type: &str| {
            blob["mediaType"] = media_type.into();
            blob
        };
        let layers: Vec<_> = layers.iter().map(|layer| typed(self.blob(layer.as_bytes()), LAYER)).collect();
        let config = typed(self.blob(config.to_string().as_bytes()), CONFIG);
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers});
        self.manifest(tag, &manifest)
    }

    pub fn index(&self, tag: Option<&str>, children: &[&str]) -> String {
        let children: Vec<_> = children.iter().map(|child| self.descriptor(child)).collect();
        self.manifest(tag, &json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}))
    }

    /// What is said about an image: pushed as cosign does, and listed under the tag that stands in for the referrers API
    /// unless the registry has one.
    pub fn about(&self, subject: &str, kind: &str, listed: bool) -> String {
        let empty = self.blob(b"{}");
        let config = json!({"mediaType": "application/vnd.oci.empty.v1+json", "digest": empty["digest"], "size": 2});
        let layer = self.blob(format!("{kind} {subject}").as_bytes());
        let layer = json!({"mediaType": "application/octet-stream", "digest": layer["digest"], "size": layer["size"]});
        let referrer = self.manifest(
            None,
            &json!({
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "artifactType": kind,
                "config": config,
                "layers": [layer],
                "subject": self.descriptor(subject),
            }),
        );
        self.referrers.lock().expect("the list").push((referrer.clone(), subject.to_owned()));
        if listed {
            let tag = subject.replace(':', "-");
            let (status, text) = self.ask("GET", &format!("manifests/{tag}"), "", b"");
            let before =
                if status == 200 { children(&serde_json::from_str(&text).expect("an index")) } else { Vec::new() };
            let children: Vec<_> = before.iter().map(String::as_str).chain([referrer.as_str()]).collect();
            self.index(Some(&tag), &children);
        }
        referrer
    }

    pub fn manifests(&self) -> BTreeSet<String> {
        self.manifests.lock().expect("the list").clone()
    }

    pub fn referrers(&self) -> Vec<(String, String)> {
        self.referrers.lock().expect("the list").clone()
    }

    /// A chart as Helm pushes it.
    pub fn chart(&self, name: &str, version: &str, days: i64) {
        let config = self.blob(json!({"apiVersion": "v2", "name": name, "version": version}).to_string().as_bytes());
        let layer = self.blob(format!("{name} {version}").as_bytes());
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.cncf.helm.config.v1+json",
                "digest": config["digest"],
                "size": config["size"],
            },
            "layers": [{
                "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                "digest": layer["digest"],
                "size": layer["size"],
            }],
            "annotations": {"org.opencontainers.image.created": ago(days)},
        });
        self.manifest(Some(&version.replace('+', "_")), &manifest);
    }

    fn descriptor(&self, digest: &str) -> Value {
        let (status, text) = self.ask("GET", &format!("manifests/{digest}"), "", b"");
        assert_eq!(status, 200, "{text}");
        let manifest: Value = serde_json::from_str(&text).expect("a manifest");
        json!({"mediaType": manifest["mediaType"], "digest": digest, "size": text.len()})
    }

    pub fn has(&self, reference: &str) -> bool {
        self.ask("GET", &format!("manifests/{reference}"), "", b"").0 == 200
    }

    /// What cannot be pulled of what a reference leads to: its platforms, configurations and layers.
    pub fn missing(&self, reference: &str) -> Vec<String> {
        let (status, text) = self.ask("GET", &format!("manifests/{reference}"), "", b"");
        if status != 200 {
            return vec![reference.to_owned()];
        }
        let manifest: Value = serde_json::from_str(&text).expect("a manifest");
        let mut missing: Vec<_> = children(&manifest).iter().flat_map(|child| self.missing(child)).collect();
        let layers = manifest["layers"].as_array().into_iter().flatten();
        for blob in layers.chain(manifest.get("config")) {
            let digest = blob["digest"].as_str().expect("a digest");
            if self.ask("GET", &format!("blobs/{digest}"), "", b"").0 != 200 {
                missing.push(digest.to_owned());
            }
        }
        missing
    }

    pub fn tags(&self) -> BTreeSet<String> {
        let mut tags = BTreeSet::new();
        let mut last = String::new();
        loop {
            let (status, text) = self.ask("GET", &format!("tags/list?n=100&last={last}"), "", b"");
            if status == 404 {
                return tags;
            }
            let list: Value = serde_json::from_str(&text).expect("a list");
            let page: Vec<_> = list["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let Some(end) = page.last() else { return tags };
            last = (*end).to_owned();
            tags.extend(page.into_iter().map(str::to_owned));
        }
    }

    /// Which manifest each tag names.
    pub fn named(&self) -> BTreeMap<String, String> {
        let tags = self.tags().into_iter();
        tags.map(|tag| {
            let (_, text) = self.ask("GET", &format!("manifests/{tag}"), "", b"");
            (tag, digest(text.as_bytes()))
        })
        .collect()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn children(index: &Value) -> Vec<String> {
    let children = index["manifests"].as_array().into_iter().flatten();
    children.map(|child| child["digest"].as_str().expect("a digest").to_owned()).collect()
}

pub fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// So many days before now, as all of these APIs write it.
pub fn ago(days: i64) -> String {
    let time = OffsetDateTime::now_utc() - time::Duration::days(days);
    let (hour, minute, second) = time.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", time.date())
}
