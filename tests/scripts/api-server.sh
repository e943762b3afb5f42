#!/usr/bin/env bash
# Asks an API server, which it starts with an etcd and ends again, about every object of the environments and of the
# clusters' Argo CD, strictly: no field that it does not know, no value that it would refuse. Dry runs, but for the
# namespaces. ARGO_CD_DEFINITIONS is the folder with Argo CD's own definitions; kinds that nobody here defines are counted
# only. It takes fixed ports of 127.0.0.1, so it is for a sandbox with a network of its own: nix/checks.nix runs it there.
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
    "$@" || tail -n 20 "$scratch/log" >&2
    exit 1
}

wait_for kubectl get --raw /readyz
kubectl version | grep Server

kubectl apply --server-side --kustomize "$ARGO_CD_DEFINITIONS" >/dev/null
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
    kubectl apply --server-side --force-conflicts --dry-run=server --validate=strict --filename "$asked" >"$scratch/accepted" || {
        echo "api-server: $1 is refused; the reason stands above" >&2
        exit 1
    }
    echo "$1: $(wc -l <"$scratch/accepted") of $(grep -c '^kind:' "$all") objects are of kinds that are known here, and accepted"
}

for folder in k8s/overlays/* argocd/clusters/*; do
    kustomize build --enable-helm "$folder" | ask "$folder"
done
yq . argocd/clusters/*/root.yaml | ask "the roots of the clusters"
