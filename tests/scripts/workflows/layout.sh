#!/usr/bin/env bash
# Builds this machine's image as an OCI layout with its digest and SBOM into release/: layout.sh ARCHITECTURE [BUILT]
#
# With BUILT, another machine's release/, it compares and fails when a digest differs.
set -euo pipefail

architecture=$1 built=${2:-}
build() { nix build --no-link --print-out-paths "$1"; }
layout=$(build .#image-oci)
digest=$(cat "$layout/digest")
if [ -n "$built" ]; then
    expected=$(cat "$built/digest")
    if [ "$digest" != "$expected" ]; then
        echo "layout: $architecture is $digest here, and $expected where it was built: it is not to be published" >&2
        exit 1
    fi
    echo "$architecture is $digest on both machines"
    exit 0
fi
mkdir -p release
cp --recursive --no-preserve=mode "$layout/layout" release/layout
echo "$digest" >release/digest
cp --no-preserve=mode "$(build .#sbom)" release/sbom.json
echo "$architecture is $digest"
