#!/usr/bin/env bash
# The chart as an artifact:
#
#   chart.sh moved BASE    fails when the chart has changed since BASE and its version has not
#   chart.sh publish       packages, pushes and signs it, unless this version is there already
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

chart=k8s/charts/dog-gif-app
version() { sed -nE 's/^version: "?([^" ]+)"?$/\1/p'; }

case ${1:-} in
moved)
    base=$(git merge-base "${2:?chart.sh: since which commit?}" HEAD)
    if git diff --quiet "$base" HEAD -- "$chart"; then exit 0; fi
    before=$(git show "$base:$chart/Chart.yaml" | version)
    now=$(version <$chart/Chart.yaml)
    # By precedence, and not only another one.
    if [ "$before" = "$now" ] || [ "$(printf '%s\n' "$before" "$now" | sort --version-sort | tail -n 1)" != "$now" ]; then
        echo "chart.sh: the chart has changed and its version went from $before to $now: raise it in $chart/Chart.yaml" >&2
        exit 1
    fi
    ;;
publish)
    repository=$(jq --raw-output .registry project.json)/charts
    helm=${HELM:-}
    if [ -z "$helm" ]; then
        helm=$(cargo run --quiet --locked --manifest-path tests/cluster/Cargo.toml --target-dir target -- tools helm | cut -f 2)
    fi
    plain=()
    case $repository in 127.0.0.1:* | localhost:*) plain=(--plain-http) ;; esac
    now=$(version <$chart/Chart.yaml)
    if "$helm" show chart "oci://$repository/dog-gif-app" --version "$now" "${plain[@]}" >/dev/null 2>&1; then
        echo "dog-gif-app $now is published already"
        exit 0
    fi
    packages=$(mktemp -d)
    trap 'rm -rf "$packages"' EXIT
    "$helm" package $chart --destination "$packages"
    said=$("$helm" push "$packages/dog-gif-app-$now.tgz" "oci://$repository" "${plain[@]}" 2>&1)
    digest=$(sed -nE 's/^Digest: (sha256:[0-9a-f]{64})$/\1/p' <<<"$said")
    if [ -z "$digest" ]; then
        echo "chart.sh: helm names no digest: $said" >&2
        exit 1
    fi
    "${COSIGN:-cosign}" sign --yes "$repository/dog-gif-app@$digest"
    echo "published dog-gif-app $now ($digest)"
    ;;
*)
    echo "chart.sh: say \`moved BASE\` or \`publish\`" >&2
    exit 2
    ;;
esac
