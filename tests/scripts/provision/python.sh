#!/bin/bash
# Prints the path of a python3 that has the packages of a requirements file: `python.sh tests/terraform/requirements.txt`.
# They are installed once, outside the tree, into an environment that is named after the file's digest; pip compares the
# digest of every package with the file's.
set -euo pipefail

requirements=${1:?python.sh: name a file of requirements, such as tests/terraform/requirements.txt}
if [ ! -f "$requirements" ]; then
    echo "python.sh: there is no file $requirements" >&2
    exit 2
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dog-gif-app/tools
# Another version of Python has other packages.
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
root=$cache/python-$version-$(sha256sum "$requirements" | cut -c1-12)

install() {
    echo "Installing the packages of $requirements, once: about a minute" >&2
    # An environment cannot be moved, so it is made in its place, and is whole when it says so.
    rm -rf "$root"
    python3 -m venv "$root" >&2
    "$root/bin/pip" install --quiet --no-input --disable-pip-version-check --require-hashes --no-deps \
        --requirement "$requirements" >&2
    touch "$root/complete"
}

mkdir -p "$cache"
(
    flock 9
    if [ ! -e "$root/complete" ]; then install; fi
) 9>"$cache/python.lock"
echo "$root/bin/python"
