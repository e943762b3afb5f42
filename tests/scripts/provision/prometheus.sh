#!/bin/bash
# Prints a directory with prometheus, promtool, alertmanager and amtool.
#
# Where they are not installed, they are unpacked below target/ from Debian's packages: those of sid on Debian 12 and
# 13, which are Prometheus 3 as in production, and elsewhere the distribution's own. They are not installed, as the
# packages would also start a Prometheus, on our operations port.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/scripts/provision/sid.sh
. tests/scripts/provision/sid.sh

# The shell of `nix develop` brings them.
if [ -n "${TEST_PROMETHEUS:-}" ]; then
    echo "$TEST_PROMETHEUS"
    exit
fi
tools=$PWD/target/tools
root=$tools/prometheus
mkdir -p "$tools"

download() {
    # shellcheck source=/dev/null
    . /etc/os-release
    case ${ID:-}-${VERSION_CODENAME:-} in
    debian-bookworm | debian-trixie)
        sid_prepare "$1/apt"
        apt-get "${sid[@]}" download prometheus promtool prometheus-alertmanager
        ;;
    *)
        # In some distributions promtool is a package of its own, and in others part of the first.
        # The lists may be old or not there at all.
        apt-get -qq download prometheus prometheus-alertmanager || { apt-get -qq update && apt-get -qq download prometheus prometheus-alertmanager; }
        apt-get -qq download promtool || true
        ;;
    esac
}

# Debian's Alertmanager reads its templates from one absolute path, which here nobody may write to. A path of the
# same length takes its place: from the directory of the program to the templates beside it.
relocate_templates() {
    local absolute=/usr/share/prometheus/alertmanager relative=./../share/prometheus/alertmanager
    sed -i "s|$absolute|$relative|g" "$1/usr/bin/prometheus-alertmanager"
    grep -qF "$relative" "$1/usr/bin/prometheus-alertmanager" || { echo "Alertmanager names no $absolute" >&2 && exit 1; }
    cat >"$1/bin/alertmanager" <<WRAPPER
#!/bin/sh
cd "$root/usr/bin" && exec ./prometheus-alertmanager "\$@"
WRAPPER
    chmod +x "$1/bin/alertmanager"
}

unpack() {
    local partial program
    echo "Unpacking Prometheus and Alertmanager, once" >&2
    partial=$(mktemp -d "$tools/partial.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$partial'" EXIT
    mkdir -p "$partial/debs" "$partial/root/bin"
    (cd "$partial/debs" && download "$partial") >&2
    for deb in "$partial"/debs/*.deb; do dpkg-deb -x "$deb" "$partial/root"; done
    for program in prometheus promtool amtool; do ln -s "../usr/bin/$program" "$partial/root/bin/$program"; done
    relocate_templates "$partial/root"
    rm -rf "$root"
    mv "$partial/root" "$root"
}

(
    flock 9
    if [ ! -x "$root/bin/alertmanager" ]; then unpack; fi
) 9>"$tools/prometheus.lock"
echo "$root/bin"
