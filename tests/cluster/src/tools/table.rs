//! The table: one entry a tool. To add one: a folder `tools/<name>` with go.mod and go.sum, and an entry here.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::copies;

/// Programs and files that come from one pinned module.
#[derive(Debug)]
pub struct Tool {
    pub name: &'static str,
    /// Its folder in `tools/`; empty when named as the tool.
    pub folder: &'static str,
    pub version: &'static str,
    pub binaries: &'static [Binary],
    /// Beside programs: manifests and scripts that a module carries.
    pub files: &'static [Files],
    pub linker_flags: &'static str,
    /// What a first build takes on two quiet cores, after the tools before it in the table; measured.
    pub minutes: f32,
    /// Disk for modules, compiled packages and result, likewise.
    pub gigabytes: f32,
    /// Changes a copy of the tool's folder before the build, where a module cannot be built as it is served.
    pub prepare: Option<fn(&Path) -> Result<()>>,
}

impl Tool {
    /// The folder with its go.mod.
    pub fn module(&self) -> PathBuf {
        let folder = if self.folder.is_empty() { self.name } else { self.folder };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(folder)
    }
}

/// A program: what it is called, and the package it is built from.
#[derive(Debug)]
pub struct Binary {
    pub name: &'static str,
    pub package: &'static str,
}

/// Files of a required module, and the folder of the result they are put into.
#[derive(Debug)]
pub struct Files {
    pub module: &'static str,
    pub from: &'static str,
    pub to: &'static str,
}

const fn binary(name: &'static str, package: &'static str) -> Binary {
    Binary { name, package }
}

const fn files(module: &'static str, from: &'static str, to: &'static str) -> Files {
    Files { module, from, to }
}

const NOTHING: Tool = Tool {
    name: "",
    folder: "",
    version: "",
    binaries: &[],
    files: &[],
    linker_flags: "",
    minutes: 0.0,
    gigabytes: 0.0,
    prepare: None,
};

/// The tool of this name.
pub fn tool(name: &str) -> Option<&'static Tool> {
    TABLE.iter().find(|tool| tool.name == name)
}

/// Small ones first: what can fail should fail early.
pub static TABLE: &[Tool] = &[
    Tool {
        name: "kubeconform",
        version: "0.8.0",
        binaries: &[binary("kubeconform", "github.com/yannh/kubeconform/cmd/kubeconform")],
        linker_flags: "-X main.version=v0.8.0",
        minutes: 0.1,
        gigabytes: 0.1,
        ..NOTHING
    },
    Tool {
        name: "helm-docs",
        version: "1.14.2",
        binaries: &[binary("helm-docs", "github.com/norwoodj/helm-docs/cmd/helm-docs")],
        linker_flags: "-X main.version=1.14.2",
        minutes: 0.2,
        gigabytes: 0.2,
        ..NOTHING
    },
    Tool {
        name: "registry-client",
        version: "0.22.1",
        binaries: &[binary("registry-client", "dog-gif-app/tests/cluster/tools/registry-client")],
        minutes: 0.3,
        gigabytes: 0.2,
        ..NOTHING
    },
    Tool {
        name: "actionlint",
        version: "1.7.12",
        binaries: &[binary("actionlint", "github.com/rhysd/actionlint/cmd/actionlint")],
        linker_flags: "-X github.com/rhysd/actionlint.version=1.7.12",
        minutes: 0.2,
        gigabytes: 0.1,
        ..NOTHING
    },
    // Runs workflows without GitHub.
    Tool {
        name: "act",
        version: "0.2.89",
        binaries: &[binary("act", "github.com/nektos/act")],
        linker_flags: "-X main.version=0.2.89",
        minutes: 0.5,
        gigabytes: 0.4,
        ..NOTHING
    },
    // Signs and verifies what the workflows publish.
    Tool {
        name: "cosign",
        version: "3.1.3",
        binaries: &[binary("cosign", "github.com/sigstore/cosign/v3/cmd/cosign")],
        linker_flags: "-X sigs.k8s.io/release-utils/version.gitVersion=v3.1.3",
        minutes: 1.6,
        gigabytes: 1.4,
        ..NOTHING
    },
    // What cleanup is tried on.
    Tool {
        name: "distribution",
        version: "3.1.2",
        binaries: &[binary("registry", "github.com/distribution/distribution/v3/cmd/registry")],
        linker_flags: "-X github.com/distribution/distribution/v3/version.version=v3.1.2",
        minutes: 0.7,
        gigabytes: 0.6,
        ..NOTHING
    },
    Tool {
        name: "kustomize",
        version: "5.8.3",
        binaries: &[binary("kustomize", "sigs.k8s.io/kustomize/kustomize/v5")],
        linker_flags: "-X sigs.k8s.io/kustomize/api/provenance.version=v5.8.3",
        minutes: 0.4,
        gigabytes: 0.3,
        ..NOTHING
    },
    Tool {
        name: "helm",
        version: "4.3.1",
        binaries: &[binary("helm", "helm.sh/helm/v4/cmd/helm")],
        linker_flags: "-X helm.sh/helm/v4/internal/version.version=v4.3.1",
        minutes: 1.4,
        gigabytes: 1.5,
        ..NOTHING
    },
    Tool {
        name: "pause",
        version: "1.0.0",
        binaries: &[binary("pause", "dog-gif-app/tests/cluster/tools/pause")],
        minutes: 0.1,
        gigabytes: 0.1,
        ..NOTHING
    },
    // What kubeconform judges Kubernetes' own kinds by.
    Tool {
        name: "schemas",
        folder: "kubernetes",
        version: "1.37.2",
        files: &[files("k8s.io/kubernetes", "api/openapi-spec/v3", "")],
        minutes: 0.2,
        gigabytes: 0.2,
        ..NOTHING
    },
    Tool {
        name: "crds",
        version: "1.0.0",
        files: &[
            files("github.com/argoproj/argo-cd/v3", "manifests/crds", "argo-cd"),
            files("github.com/cert-manager/cert-manager", "deploy/crds", "cert-manager"),
            files("github.com/external-secrets/external-secrets", "config/crds/bases", "external-secrets"),
            files(
                "github.com/prometheus-operator/prometheus-operator",
                "example/prometheus-operator-crd",
                "prometheus-operator",
            ),
            files("sigs.k8s.io/gateway-api", "config/crd/standard", "gateway-api"),
        ],
        minutes: 0.5,
        gigabytes: 0.6,
        ..NOTHING
    },
    Tool {
        name: "etcd",
        version: "3.7.3",
        binaries: &[binary("etcd", "go.etcd.io/etcd/server/v3")],
        minutes: 0.3,
        gigabytes: 0.4,
        ..NOTHING
    },
    Tool {
        name: "kubernetes",
        version: "1.37.2",
        binaries: &[
            binary("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
            binary("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
            binary("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
            binary("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy"),
            binary("kubelet", "k8s.io/kubernetes/cmd/kubelet"),
            binary("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
        ],
        // Built as a module they would call themselves v0.0.0, and kubectl and Argo CD read the minor version.
        linker_flags: "-X k8s.io/component-base/version.gitVersion=v1.37.2 -X k8s.io/component-base/version.gitMajor=1 \
                       -X k8s.io/component-base/version.gitMinor=37 -X k8s.io/component-base/version.gitTreeState=clean \
                       -X k8s.io/client-go/pkg/version.gitVersion=v1.37.2",
        minutes: 5.0,
        gigabytes: 5.5,
        ..NOTHING
    },
    Tool {
        name: "containerd",
        version: "2.4.2",
        binaries: &[
            binary("containerd", "github.com/containerd/containerd/v2/cmd/containerd"),
            binary("containerd-shim-runc-v2", "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2"),
            binary("ctr", "github.com/containerd/containerd/v2/cmd/ctr"),
        ],
        linker_flags: "-X github.com/containerd/containerd/v2/version.Version=v2.4.2",
        minutes: 0.7,
        gigabytes: 0.8,
        ..NOTHING
    },
    Tool {
        name: "coredns",
        version: "1.15.0",
        binaries: &[binary("coredns", "dog-gif-app/tests/cluster/tools/coredns")],
        minutes: 1.2,
        gigabytes: 0.8,
        ..NOTHING
    },
    Tool {
        name: "metrics-server",
        version: "0.9.0",
        binaries: &[binary("metrics-server", "sigs.k8s.io/metrics-server/cmd/metrics-server")],
        linker_flags: "-X sigs.k8s.io/metrics-server/pkg/version.gitVersion=v0.9.0",
        minutes: 1.5,
        gigabytes: 0.8,
        ..NOTHING
    },
    Tool {
        name: "argo-cd",
        version: "3.6.1",
        binaries: &[binary("argocd", "github.com/argoproj/argo-cd/v3/cmd")],
        files: &[
            files("github.com/argoproj/argo-cd/v3", "manifests/base/config", "config"),
            files("github.com/argoproj/argo-cd/v3", "hack/git-verify-wrapper.sh", "hack"),
            files("github.com/argoproj/argo-cd/v3", "hack/gpg-wrapper.sh", "hack"),
        ],
        linker_flags: "-X github.com/argoproj/argo-cd/v3/common.version=3.6.1",
        minutes: 3.0,
        gigabytes: 2.8,
        ..NOTHING
    },
    Tool {
        name: "kwok",
        version: "0.8.0",
        binaries: &[binary("kwok", "sigs.k8s.io/kwok/cmd/kwok")],
        files: &[
            files("sigs.k8s.io/kwok", "kustomize/stage/node/fast/node-initialize.yaml", "stages"),
            files(
                "sigs.k8s.io/kwok",
                "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
                "stages",
            ),
        ],
        minutes: 1.1,
        gigabytes: 0.6,
        ..NOTHING
    },
    Tool {
        name: "cert-manager",
        version: "1.21.2",
        binaries: &[binary("cert-manager", "dog-gif-app/tests/cluster/tools/cert-manager")],
        minutes: 1.0,
        gigabytes: 0.8,
        ..NOTHING
    },
    // What the leg `logs` of tests/run.sh puts behind the program; no cluster needs them.
    Tool {
        name: "opentelemetry-collector",
        version: "0.165.0",
        binaries: &[binary("opentelemetry-collector", "dog-gif-app/tests/cluster/tools/opentelemetry-collector")],
        linker_flags: "-X main.version=0.165.0",
        minutes: 1.2,
        gigabytes: 0.9,
        ..NOTHING
    },
    Tool {
        name: "victoria-logs",
        version: "1.52.1",
        binaries: &[binary("victoria-logs", "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs")],
        linker_flags: "-X github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version=victoria-logs-1.52.1",
        minutes: 0.4,
        gigabytes: 0.2,
        ..NOTHING
    },
    Tool {
        name: "kube-router",
        version: "2.1.0",
        binaries: &[binary("kube-router", "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router")],
        linker_flags: "-X github.com/cloudnativelabs/kube-router/v2/pkg/version.Version=v2.1.0",
        minutes: 0.4,
        gigabytes: 0.3,
        ..NOTHING
    },
    Tool {
        name: "external-secrets",
        version: "0.16.2",
        binaries: &[binary("external-secrets", "dog-gif-app/tests/cluster/tools/external-secrets")],
        prepare: Some(copies::external_secrets),
        minutes: 0.4,
        gigabytes: 0.4,
        ..NOTHING
    },
    Tool {
        name: "traefik",
        version: "3.7.13",
        binaries: &[binary("traefik", "github.com/traefik/traefik/v3/cmd/traefik")],
        linker_flags: "-X github.com/traefik/traefik/v3/pkg/version.Version=3.7.13",
        prepare: Some(copies::traefik),
        minutes: 1.3,
        gigabytes: 1.0,
        ..NOTHING
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_folder_is_in_the_table_and_every_entry_has_its_folder() {
        let folders: BTreeSet<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tools"))
            .expect("the folder of tools")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
            .filter(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(name).join("go.mod").exists())
            .collect();
        let named: BTreeSet<_> = TABLE
            .iter()
            .map(|tool| tool.module().file_name().expect("a name").to_str().expect("a plain name").to_owned())
            .collect();
        assert_eq!(folders, named);
    }

    #[test]
    fn a_pinned_module_is_required_at_the_version_of_the_table() {
        for tool in TABLE.iter().filter(|tool| tool.version != "1.0.0") {
            let path = tool.module().join("go.mod");
            let text = std::fs::read_to_string(&path).expect("go.mod");
            assert!(
                text.contains(&format!(" v{}", tool.version)),
                "{} requires nothing at v{}",
                path.display(),
                tool.version
            );
        }
    }
}
