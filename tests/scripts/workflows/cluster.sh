#!/usr/bin/env bash
# Runs legs that want a cluster, as root with the toolchain of whoever asks: cluster.sh LEG…
#
# Network namespaces and mounts want root. DOG_GIF_APP_IMAGE, an output of `nix build .#image-oci`, is the image that the
# leg gitops runs; without it that is what cargo builds.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

exec sudo --preserve-env=CI,DOG_GIF_APP_IMAGE env "PATH=$PATH" "HOME=$HOME" "CARGO_HOME=$HOME/.cargo" \
    "RUSTUP_HOME=$HOME/.rustup" tests/run.sh "$@"
