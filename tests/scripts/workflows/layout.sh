#!/usr/bin/env bash
# Builds this machine's image as an OCI layout into release/, and notes who built what: layout.sh ARCHITECTURE [BUILT]
#
# With BUILT, another machine's release/, it compares, fails when a digest differs, and leaves nothing but the note.
set -euo pipefail

architecture=$1 built=${2:-}
build() { nix build --no-link --print-out-paths "$1"; }
layout=$(build .#image-oci)
digest=$(cat "$layout/digest")
if [ -n "$built" ]; then
    expected=$(jq --raw-output .digest "$built/build.json")
    if [ "$digest" != "$expected" ]; then
        echo "layout: $architecture is $digest here, and $expected where it was built: it is not to be published" >&2
        exit 1
    fi
    echo "$architecture is $digest on both machines"
fi
mkdir -p release
if [ -z "$built" ]; then
    cp --recursive --no-preserve=mode "$layout/layout" release/layout
    cp --no-preserve=mode "$(build .#sbom)" release/sbom.json
    echo "$architecture is $digest"
fi
# On GitHub a machine is a runner and its image, and a page shows what it did.
machine=${RUNNER_NAME:-$(hostname)}${ImageOS:+ ($ImageOS${ImageVersion:+ $ImageVersion})}
run=
if [ -n "${GITHUB_RUN_ID:-}" ]; then
    run=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/attempts/$GITHUB_RUN_ATTEMPT
fi
jq --null-input --arg architecture "$architecture" --arg digest "$digest" --arg commit "$(git rev-parse HEAD)" \
    --arg machine "$machine" --arg run "$run" '$ARGS.named' >release/build.json
