#!/bin/bash
# Prints the path of cargo-deny; compiles it once, which takes about two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

if command -v cargo-deny; then exit; fi
version=0.20.2
root=$PWD/target/tools/cargo-deny-$version
mkdir -p target/tools
(
    flock 9
    [ -x "$root/bin/cargo-deny" ] && exit
    # Fast to compile rather than fast to run: a check takes a second either way.
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256
    echo "Compiling cargo-deny $version, once" >&2
    # Not below this folder, so that nothing of this workspace is taken for its own.
    (cd / && cargo install cargo-deny --quiet --locked --version "$version" --no-track \
        --root "$root" --target-dir "$root/build" >&2)
    rm -rf "$root/build"
) 9>target/tools/cargo-deny.lock
echo "$root/bin/cargo-deny"
