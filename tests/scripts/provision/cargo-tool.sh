#!/bin/bash
# Prints the path of a program that extends cargo: `cargo-tool.sh cargo-deny`. Compiles it once, which takes about two
# minutes.
set -euo pipefail
cd "$(dirname "$0")/../../.."

name=$1
case $name in
cargo-deny) version=0.20.2 ;;
cargo-mutants) version=27.1.0 ;;
*)
    echo "cargo-tool.sh: $name is neither cargo-deny nor cargo-mutants" >&2
    exit 2
    ;;
esac

if command -v "$name"; then exit; fi
root=$PWD/target/tools/$name-$version
mkdir -p target/tools
(
    flock 9
    [ -x "$root/bin/$name" ] && exit
    # Fast to compile rather than fast to run: it takes a second either way.
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256
    echo "Compiling $name $version, once" >&2
    # Not below this folder, so that nothing of this workspace is taken for its own.
    (cd / && cargo install "$name" --quiet --locked --version "$version" --no-track \
        --root "$root" --target-dir "$root/build" >&2)
    rm -rf "$root/build"
) 9>"target/tools/$name.lock"
echo "$root/bin/$name"
