#!/bin/bash
# Prints the path of promtool. Where it is not installed, it is unpacked from Debian's package rather than
# installed: the package would also start a Prometheus, on our operations port.
set -euo pipefail
cd "$(dirname "$0")/../.."

if command -v promtool; then exit; fi
root=$PWD/target/tools/prometheus
mkdir -p target/tools
(
    flock 9
    [ -x "$root/usr/bin/promtool" ] && exit
    echo "Unpacking promtool, once" >&2
    partial=$(mktemp -d target/tools/partial.XXXXXX)
    trap 'rm -rf "$partial"' EXIT
    chmod 755 "$partial"
    cd "$partial"
    # The lists may be old or not there at all.
    apt-get -qq download prometheus >&2 || { apt-get -qq update >&2 && apt-get -qq download prometheus >&2; }
    dpkg-deb -x prometheus_*.deb root
    mv root "$root"
) 9>target/tools/prometheus.lock
echo "$root/usr/bin/promtool"
