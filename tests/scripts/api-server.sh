#!/usr/bin/env bash
# Asks an API server about every object of the environments and of the clusters' Argo CD, strictly: no field that it
# does not know, no value that it would refuse. Kinds that nobody here defines are counted only. Then Argo CD gets the
# Applications of both clusters and must render the environments; there is no node, so nothing runs in the end.
#
# ARGO_CD is the folder with its sources. All of it takes fixed ports of 127.0.0.1, so it is for a sandbox with a
# network of its own: nix/checks.nix runs it there.
set -euo pipefail
cd "$(dirname "$0")/../.."

etcd=http://127.0.0.1:2379
scratch=$(mktemp -d)
# An API server that is asked politely waits for an etcd that is gone.
trap 'kill -KILL $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT

openssl genrsa -out "$scratch/tokens.key" 2048 2>/dev/null
echo "secret,admin,admin,system:masters" >"$scratch/tokens"
etcd --data-dir "$scratch/etcd" --listen-client-urls $etcd --advertise-client-urls $etcd \
    --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync --log-level error >"$scratch/log" 2>&1 &
# It must be told an address of its own that is no loopback one; nobody asks it there.
kube-apiserver --etcd-servers $etcd --bind-address 127.0.0.1 --secure-port 6443 --cert-dir "$scratch/certificates" \
    --advertise-address 192.0.2.1 --endpoint-reconciler-type none --service-cluster-ip-range 10.0.0.0/24 \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$scratch/tokens.key" \
    --service-account-signing-key-file "$scratch/tokens.key" --token-auth-file "$scratch/tokens" \
    --authorization-mode RBAC >>"$scratch/log" 2>&1 &

export KUBECONFIG=$scratch/kubeconfig
{
    kubectl config set-cluster here --server https://127.0.0.1:6443 --insecure-skip-tls-verify
    kubectl config set-credentials admin --token secret
    kubectl config set-context here --cluster here --user admin
    kubectl config use-context here
} >/dev/null

# wait_for COMMAND…: until it succeeds, a minute at the most.
wait_for() {
    for _ in {1..120}; do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.5
    done
    "$@" && return
    tail -n 20 "$scratch/log" >&2
    exit 1
}

wait_for kubectl get --raw /readyz
kubectl version | grep Server

kubectl apply --server-side --kustomize "$ARGO_CD/manifests/crds" >/dev/null
wait_for kubectl get applications.argoproj.io,appprojects.argoproj.io
# Of a group that is known, each version must be.
known=$(kubectl api-versions | sed 's|/.*|/.*|' | sort -u | paste -sd '|')

# ask NAME: about the objects of standard input.
ask() {
    local all=$scratch/all.yaml asked=$scratch/asked.yaml
    cat >"$all"
    yq "select(.apiVersion | test(\"^($known)\$\"))" "$all" >"$asked"
    # What is in a namespace is refused where the namespace is missing.
    yq '[.metadata.namespace | select(.)] | .[]' "$asked" | sort -u | while read -r namespace; do
        kubectl get namespace "$namespace" >/dev/null 2>&1 || kubectl create namespace "$namespace" >/dev/null
    done
    if ! kubectl apply --server-side --force-conflicts --dry-run=server --validate=strict \
        --filename "$asked" >"$scratch/said"; then
        echo "api-server: $1 is refused; the reason stands above" >&2
        exit 1
    fi
    echo "$1: $(wc -l <"$scratch/said") of $(grep -c '^kind:' "$all") objects are of known kinds, and accepted"
}

for folder in k8s/overlays/* argocd/clusters/*; do
    kustomize build --enable-helm "$folder" | ask "$folder"
done
yq . argocd/clusters/*/root.yaml | ask "the roots of the clusters"

# Argo CD as production has it, and a repository that has this tree.
repository=$scratch/repository
url=$(yq 'select(.kind == "Application") | .spec.source.repoURL' argocd/clusters/production/root.yaml)
git init --quiet --initial-branch main "$repository"
cp --recursive argocd k8s "$repository"
grep --recursive --files-with-matches "$url" "$repository/argocd" | xargs sed -i "s|$url|file://$repository|"
git -C "$repository" add --all
git -C "$repository" -c user.name=check -c user.email=check@localhost commit --quiet --message "This tree"

kubectl apply --server-side --namespace argocd --kustomize "$ARGO_CD/manifests/base/config" >/dev/null
yq '{"data": .configs.cm}' k8s/platform/argo-cd/values.yaml >"$scratch/settings.yaml"
echo '{"stringData": {"server.secretkey": "secret"}}' >"$scratch/secret.yaml"
kubectl patch configmap argocd-cm --namespace argocd --type merge --patch-file "$scratch/settings.yaml" >/dev/null
kubectl patch secret argocd-secret --namespace argocd --type merge --patch-file "$scratch/secret.yaml" >/dev/null

mkdir "$scratch/bin" "$scratch/data"
# It calls them also where no signature is asked for.
install "$ARGO_CD"/hack/{git-verify-wrapper,gpg-wrapper}.sh "$scratch/bin"
export PATH=$scratch/bin:$PATH ARGOCD_FAKE_IN_CLUSTER=true ARGOCD_GPG_ENABLED=false
export ARGOCD_ASK_PASS_SOCK=$scratch/ask-pass ARGOCD_PLUGINSOCKFILEPATH=$scratch/data ARGOCD_SSH_DATA_PATH=$scratch/data
export ARGOCD_TLS_DATA_PATH=$scratch/data ARGOCD_GPG_DATA_PATH=$scratch/data ARGOCD_GNUPGHOME=$scratch/data
valkey-server --save "" --bind 127.0.0.1 --dir "$scratch/data" >>"$scratch/log" 2>&1 &
# One program: what it is depends on the name it is called by.
ARGOCD_BINARY_NAME=argocd-repo-server argocd --address 127.0.0.1 --redis 127.0.0.1:6379 \
    --disable-tls --client-ca-path "" >>"$scratch/log" 2>&1 &
ARGOCD_BINARY_NAME=argocd-application-controller argocd --namespace argocd --redis 127.0.0.1:6379 \
    --repo-server 127.0.0.1:8081 --repo-server-plaintext >>"$scratch/log" 2>&1 &

# is_compared APPLICATION: its project allows it, Git has it, it was rendered and held against what the cluster has.
is_compared() {
    local said
    said=$(kubectl get application "$1" --namespace argocd \
        --output 'jsonpath={.status.sync.status}: {.status.conditions[*].message}')
    [[ $said == @(Synced|OutOfSync):* ]] || { echo "$1: $said" >&2 && false; }
}

# Not by the root, which waits for the health of what comes from elsewhere.
for cluster in nonproduction production; do
    kustomize build "$repository/argocd/clusters/$cluster" | kubectl apply --server-side --filename - >/dev/null
done
for folder in "$repository"/k8s/overlays/*; do
    application=dog-gif-app-$(basename "$folder")
    wait_for is_compared "$application"
    kinds=$(kubectl get application "$application" --namespace argocd --output 'jsonpath={.status.resources[*].kind}')
    echo "Argo CD rendered $application: $(wc -w <<<"$kinds") objects"
done
