#!/usr/bin/env bash
# Prints what pulling an image costs, and fails above a limit.
# Usage: image-size.sh OCI_LAYOUT LIMIT_MIB
set -euo pipefail
layout=${1:?usage: image-size.sh OCI_LAYOUT LIMIT_MIB} limit=${2:?usage: image-size.sh OCI_LAYOUT LIMIT_MIB}

manifest=$(jq --raw-output '.manifests[0].digest' "$layout/index.json")
jq --raw-output --argjson limit "$limit" '
  (.layers | map(.size) | add) as $bytes
  | "\(.layers | length) layers, \($bytes / 10485.76 | round / 100) MiB compressed (at most \($limit) MiB)",
    ($bytes <= $limit * 1048576)
' "$layout/blobs/${manifest/://}" | {
    read -r figure
    read -r fits
    echo "$figure"
    [[ $fits == true ]] || {
        echo "The image is too large: see what takes the room with nix path-info --recursive --size --human-readable .#default" >&2
        exit 1
    }
}
