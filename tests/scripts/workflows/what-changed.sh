#!/usr/bin/env bash
# Which parts of the project a change touches: a line `<part>=true` or `<part>=false` each, for $GITHUB_OUTPUT.
#
#   what-changed.sh BASE HEAD     from where both part; all parts if BASE is unknown or nothing but zeros
#   what-changed.sh < PATHS       of these files
#
# A path that nobody thought of touches everything: a job too many costs minutes, one too few a release.
set -euo pipefail

parts=(app manifests chart terraform workflows documents)
declare -A touched=()
touch_parts() {
    local part
    for part; do touched[$part]=true; done
}

of() {
    case $1 in
    # What is only read. CHANGELOG and licences as well.
    *.md | docs/* | LICENSE | assets/*/LICENSE) touch_parts documents ;;
    # What runs where: CI writes it itself, and builds nothing because of it.
    k8s/overlays/*/version.yaml) touch_parts manifests ;;
    k8s/charts/*) touch_parts manifests chart ;;
    k8s/* | argocd/*) touch_parts manifests ;;
    terraform/* | tests/terraform/*) touch_parts terraform ;;
    .github/* | tests/scripts/workflows/*) touch_parts workflows ;;
    # The road to a cluster: it compiles apart from the program.
    tests/cluster/*) touch_parts manifests workflows ;;
    tests/rules/* | tests/dashboards/*) touch_parts app manifests ;;
    src/* | migrations/* | templates/* | assets/* | examples/* | benches/* | tests/* | nix/*) touch_parts app ;;
    Cargo.toml | Cargo.lock | build.rs | clippy.toml | rustfmt.toml | deny.toml | flake.nix | flake.lock) touch_parts app ;;
    .config/* | .env.example | .envrc | compose.yaml) touch_parts app ;;
    *) touch_parts "${parts[@]}" ;;
    esac
}

paths() {
    if [ $# = 0 ]; then
        cat
    elif [[ $1 =~ ^0*$ ]] || ! git cat-file -e "$1^{commit}" 2>/dev/null; then
        echo "everything"
    else
        git -c core.quotePath=false diff --name-only --no-renames "$1...$2"
    fi
}

list=$(paths "$@")
while IFS= read -r path; do
    [ -z "$path" ] || of "$path"
done <<<"$list"
for part in "${parts[@]}"; do echo "$part=${touched[$part]:-false}"; done
