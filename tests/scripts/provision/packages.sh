#!/bin/bash
# Installs the system packages that are missing, and says which; says nothing when none is.
#
#   packages.sh build          what compiling the program needs
#   packages.sh build test     and what its tests need; `bench`, what its benchmarks need
#   packages.sh logs           what building a collector of logs needs
#   packages.sh terraform      what the tests of terraform/ need
#   packages.sh workflows      what the workflows call, and what looks at them
#   packages.sh cluster        what a Kubernetes of one's own needs beside what is built from Go modules
#
# On Debian and Ubuntu. Elsewhere, or where it may not install, it prints the names and stops.
set -euo pipefail

missing=()

# need PACKAGE COMMAND…: the package is missing when the command fails.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

can_compile() { echo 'int main(void) { return 0; }' | cc -x c -o /dev/null -; }

# MySQL's default accounts need this file; nothing but a log-in would tell that it is not there.
has_sha2_plugin() { [ -n "${MARIADB_PLUGIN_DIR:-}" ] || compgen -G '/usr/lib/*/libmariadb3/plugin/caching_sha2_password.so' || [ ! -e /etc/debian_version ]; }

# The package serves Debian's own python3, which need not be the first in PATH.
has_yaml() { python3 -c 'import yaml' || /usr/bin/python3 -c 'import yaml'; }

has_faketime() { [ -n "${TEST_FAKETIME:-}" ] || compgen -G '/usr/lib/*/faketime/libfaketime.so.1'; }

# Valkey took redis's place in some distributions; either does.
has_redis() { command -v redis-server || command -v valkey-server; }

has_cni_plugins() { [ -e "${CNI_PATH:-/nonexistent}/bridge" ] || [ -e /usr/lib/cni/bridge ] || [ -e /opt/cni/bin/bridge ]; }

# root_command NAME: a command for root, whose directory the PATH of others may lack.
root_command() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1"; }

for purpose in "${@:-build}"; do
    case $purpose in
    build)
        need gcc command -v cc
        need libc6-dev can_compile
        need pkg-config command -v pkg-config
        need libmariadb-dev pkg-config --exists libmariadb
        need libmariadb3 has_sha2_plugin
        need libssl-dev pkg-config --exists openssl
        need git command -v git
        ;;
    test)
        need mariadb-server-core command -v mariadb-install-db
        need mariadb-client-core command -v my_print_defaults
        need openssl command -v openssl
        need haproxy root_command haproxy
        need libfaketime has_faketime
        need shellcheck command -v shellcheck
        need python3-yaml has_yaml
        need chromium command -v chromium
        need chromium-driver command -v chromedriver
        need npm command -v npm
        need iproute2 root_command ip
        need util-linux command -v flock
        ;;
    bench)
        need mariadb-server-core command -v mariadb-install-db
        need mariadb-client-core command -v my_print_defaults
        need wrk command -v wrk
        need nginx root_command nginx
        ;;
    logs)
        need golang-go command -v go
        ;;
    terraform)
        need golang-go command -v go
        need python3-venv python3 -c 'import ensurepip, venv'
        need util-linux command -v flock
        ;;
    workflows)
        need curl command -v curl
        need jq command -v jq
        need python3-venv python3 -c 'import ensurepip, venv'
        need shellcheck command -v shellcheck
        ;;
    cluster)
        need golang-go command -v go
        need git command -v git
        need util-linux command -v unshare
        need iproute2 root_command ip
        need runc root_command runc
        need containernetworking-plugins has_cni_plugins
        need nftables root_command nft
        need iptables root_command iptables
        need ipset root_command ipset
        need conntrack root_command conntrack
        need redis-server has_redis
        need lighttpd root_command lighttpd
        ;;
    *)
        echo "packages.sh: $purpose is none of build, test, bench, logs, terraform, workflows and cluster" >&2
        exit 2
        ;;
    esac
done

[ ${#missing[@]} = 0 ] && exit 0
if [ -n "${IN_NIX_SHELL:-}" ]; then
    echo "Missing in the shell of nix develop, named as in Debian: ${missing[*]}. Add them to nix/shell.nix." >&2
    exit 1
fi
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

sudo=()
if [ "$(id -u)" != 0 ]; then sudo=(sudo); fi
if ! command -v apt-get >/dev/null || { [ ${#sudo[@]} = 1 ] && ! command -v sudo >/dev/null; }; then
    echo "Missing, and cannot be installed from here (that needs apt-get, and root or sudo)." >&2
    echo "Please install these packages, named as in Debian: ${missing[*]}" >&2
    exit 1
fi
echo "Installing what is missing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Someone else may be at it, such as a second run of this script.
apt=("${sudo[@]}" apt-get -qq -o DPkg::Lock::Timeout=600)
# Nothing here is wanted as a service: what would be started is started by those who need it.
if [ "$(id -u)" = 0 ] && [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
if ! { "${apt[@]}" update && "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null; }; then
    echo "Cannot install them. Please do it by hand: ${sudo[*]} apt-get install ${missing[*]}" >&2
    exit 1
fi
