//! A copy of `k8s/`, so that overlays can be added to it, and what kustomize makes of them.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use cluster::tools::Tools;
use serde::Deserialize as _;
use serde_yaml_ng::Value;
use tempfile::TempDir;

pub const COMPONENTS: &str = "k8s/components";

/// The components that an environment can be made of.
pub fn combinations() -> Vec<Vec<&'static str>> {
    let databases: [&[&str]; 2] = [&["mysql-single"], &["mysql-replicated"]];
    let stores: [&[&str]; 3] = [&[], &["external-secrets"], &["vault"]];
    let backups: [&[&str]; 3] = [&[], &["backup"], &["backup", "backup-gcs"]];
    let gateways: [&[&str]; 2] = [&[], &["gateway"]];
    let mut combinations = Vec::new();
    for database in databases {
        for store in stores {
            for backup in backups {
                for gateway in gateways {
                    combinations.push([&["namespace"], database, store, backup, gateway].concat());
                }
            }
        }
    }
    combinations
}

pub struct Tree {
    directory: TempDir,
    added: AtomicUsize,
}

impl Tree {
    pub fn copy() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let k8s = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../k8s");
        let copied = Command::new("cp").arg("-r").arg(k8s).arg(directory.path()).status().expect("cp");
        assert!(copied.success(), "k8s/ cannot be copied");
        Self { directory, added: AtomicUsize::new(0) }
    }

    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.directory.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn directories(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path().join(path)).expect("a directory");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
    }

    /// Every directory below `path` that kustomize can build.
    pub fn kustomizations(&self, path: &str) -> Vec<String> {
        let inner = self.directories(path).into_iter().map(|name| format!("{path}/{name}"));
        let inner = inner.filter(|path| self.directory.path().join(path).is_dir());
        let own = self.directory.path().join(path).join("kustomization.yaml").is_file().then(|| path.to_owned());
        inner.flat_map(|path| self.kustomizations(&path)).chain(own).collect()
    }

    /// An environment with components added to its own, as Argo CD's `source.kustomize.components` does.
    pub fn with_components(&self, environment: &str, components: &[&str]) -> String {
        let overlay = format!("k8s/overlays/{environment}");
        let mut kustomization: Value =
            serde_yaml_ng::from_str(&self.read(&format!("{overlay}/kustomization.yaml"))).expect("YAML");
        let all = kustomization["components"].as_sequence_mut().expect("components");
        all.extend(components.iter().map(|component| Value::from(format!("../../components/{component}"))));
        let added = self.new_overlay();
        let (from, to) = (self.directory.path().join(overlay), self.directory.path().join(&added));
        for entry in fs::read_dir(from).expect("an overlay") {
            let file = entry.expect("an entry");
            fs::copy(file.path(), to.join(file.file_name())).expect("a file to copy");
        }
        self.write(&added, &serde_yaml_ng::to_string(&kustomization).expect("YAML"));
        added
    }

    /// The chart on MySQL with these components and nothing else.
    pub fn bare(&self, components: &[&str]) -> String {
        let listed: String = components.iter().map(|component| format!("  - ../../components/{component}\n")).collect();
        let added = self.new_overlay();
        let kustomization = format!(
            "namespace: dog-gif-app-any\n\
             helmGlobals: {{chartHome: ../../charts}}\n\
             helmCharts: [{{name: dog-gif-app, releaseName: dog-gif-app, namespace: dog-gif-app-any, valuesFile: values.yaml, skipTests: true}}]\n\
             components:\n{listed}"
        );
        // kustomize takes no values file from outside, not even the chart's own.
        let values = format!(
            "image: {{digest: 'sha256:{}'}}\n\
             mysql: {{host: mysql, user: dog, database: dogs, existingSecret: dog-gif-app-mysql}}\n",
            "0".repeat(64)
        );
        fs::write(self.directory.path().join(&added).join("values.yaml"), values).expect("a file");
        self.write(&added, &kustomization);
        added
    }

    /// The objects of an overlay; `what` names it in a failure.
    pub fn build(&self, overlay: &str, what: &str) -> Vec<Value> {
        let tools = Tools::ready(&["kustomize", "helm"]).expect("the pinned kustomize and Helm");
        let output = Command::new(tools.binary("kustomize").expect("kustomize"))
            .args(["build", "--enable-helm", "--helm-command"])
            .args([tools.binary("helm").expect("helm"), Path::new(overlay)])
            .current_dir(self.directory.path())
            .output()
            .expect("kustomize runs");
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        let manifests = String::from_utf8(output.stdout).expect("UTF-8");
        serde_yaml_ng::Deserializer::from_str(&manifests)
            .map(|document| Value::deserialize(document).expect("YAML"))
            .filter(|document| !document.is_null())
            .collect()
    }

    fn new_overlay(&self) -> String {
        let added = format!("k8s/overlays/added-{}", self.added.fetch_add(1, Ordering::Relaxed));
        fs::create_dir(self.directory.path().join(&added)).expect("a new overlay");
        added
    }

    fn write(&self, overlay: &str, kustomization: &str) {
        fs::write(self.directory.path().join(overlay).join("kustomization.yaml"), kustomization).expect("a file");
    }
}

/// Every image that an object names, at whatever depth.
pub fn images(object: &Value) -> Vec<String> {
    match object {
        Value::Mapping(fields) => fields
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value.as_str()) {
                (Some("image"), Some(image)) => vec![image.to_owned()],
                _ => images(value),
            })
            .collect(),
        Value::Sequence(items) => items.iter().flat_map(images).collect(),
        _ => Vec::new(),
    }
}

pub fn name(object: &Value) -> &str {
    text(&object["metadata"]["name"])
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:?}"))
}
