#!/bin/bash
# Prints the path of a program that is built from a folder with go.mod and go.sum: `go-program.sh FOLDER PACKAGE`, such as
# `go-program.sh tests/terraform/standin .`. It is called as the folder is, and built once, into a cache outside the tree;
# other pins, or other sources of ours, are another place there.
set -euo pipefail

folder=${1:?go-program.sh: name a folder with a go.mod}
package=${2:?go-program.sh: name a package to build}
if [ ! -f "$folder/go.mod" ]; then
    echo "go-program.sh: there is no $folder/go.mod" >&2
    exit 2
fi
name=$(basename "$folder")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dog-gif-app/tools
key=$(cd "$folder" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
root=$cache/$name-$key

mkdir -p "$cache"
(
    flock 9
    [ -x "$root/$name" ] && exit
    command -v go >/dev/null || {
        echo "go-program.sh: there is no go; install golang-go, or a release from go.dev (1.21 or newer)" >&2
        exit 1
    }
    # Older ones do not know the variable, and answer with nothing.
    [ -n "$(GOTOOLCHAIN='' go env GOTOOLCHAIN)" ] || {
        echo "go-program.sh: $(command -v go) is older than 1.21 and cannot fetch the compiler that is pinned;" \
            "install a newer one, such as a release from go.dev" >&2
        exit 1
    }
    echo "Building $name from its pinned modules, once" >&2
    # In place whole or not at all.
    rm -rf "$root.part"
    # Named, as `auto` would let versions of the compiler creep; Go itself fetches and verifies it.
    GOTOOLCHAIN=go1.27.4 CGO_ENABLED=0 go -C "$folder" build -mod=readonly -trimpath -ldflags '-s -w' \
        -o "$root.part/$name" "$package" >&2
    rm -rf "$root"
    mv "$root.part" "$root"
) 9>"$cache/$name.lock"
echo "$root/$name"
