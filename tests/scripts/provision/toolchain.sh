#!/bin/bash
# Checks that the Rust toolchain is there; with `test`, also its linters.
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "cargo is missing. Install a Rust toolchain first: your system's rustup package, or see rust-lang.org" >&2
    exit 1
fi
[ "${1:-}" = test ] || exit 0
for component in rustfmt clippy; do
    cargo "${component/rust/}" --version >/dev/null 2>&1 && continue
    echo "Installing the Rust component $component"
    rustup component add "$component"
done
