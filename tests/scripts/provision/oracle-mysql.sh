#!/bin/bash
# Prints the path of Oracle MySQL's server, for Debian 12 and 13. Exit code 3: this platform cannot have it.
#
# Debian has it in sid only (sid.sh). It is unpacked below target/ and started through sid's own loader, so that sid's
# C library never meets the host's. Beside it lie the client and a static busybox: the local cluster's image of MySQL is
# made of the same packages (tests/cluster/src/image/mysql).
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/scripts/provision/sid.sh
. tests/scripts/provision/sid.sh

# The shell of `nix develop` brings one.
if [ -n "${TEST_MYSQLD:-}" ]; then
    echo "$TEST_MYSQLD"
    exit
fi
tools=$PWD/target/tools
root=$tools/oracle-mysql
mkdir -p "$tools"

unsupported() {
    echo "Oracle MySQL runs in these tests on Debian 12 and 13, amd64 and arm64; this is $1" >&2
    exit 3
}

# Always the same answer on the same machine, so it is given before anything is looked for.
# shellcheck source=/dev/null
. /etc/os-release
case "${ID:-}-${VERSION_CODENAME:-}" in
debian-bookworm | debian-trixie) ;;
*) unsupported "${PRETTY_NAME:-another system}" ;;
esac
case $(dpkg --print-architecture) in
amd64) triplet=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
arm64) triplet=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
*) unsupported "$(dpkg --print-architecture)" ;;
esac

fetch() {
    local apt=$1 packages
    sid_prepare "$apt"
    # All that apt would install, but for what the server itself never loads.
    mapfile -t packages < <(apt-get "${sid[@]}" -s install mysql-server-core mysql-client-core busybox-static | awk '/^Inst /{print $2}' |
        grep -Ev '^(perl|libperl|debconf|dpkg|tar|gcc-|libgdbm|libdb5|netbase|libselinux|libpcre|libacl|libbz2|libcrypt1)')
    mkdir -p "$apt/debs"
    (cd "$apt/debs" && apt-get "${sid[@]}" download "${packages[@]}")
}

unpack() {
    local partial
    partial=$(mktemp -d "$tools/partial.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$partial'" EXIT
    echo "Unpacking Oracle MySQL, once" >&2
    fetch "$partial/apt" >&2
    mkdir -p "$partial/root"
    for deb in "$partial"/apt/debs/*.deb; do dpkg-deb -x "$deb" "$partial/root"; done
    # --no-defaults has to come first, so what the caller says comes first.
    cat >"$partial/root/mysqld" <<EOF
#!/bin/sh
exec "$root/usr/lib/$triplet/$loader" --library-path "$root/usr/lib/$triplet" "$root/usr/sbin/mysqld" "\$@" \\
    --lc-messages-dir="$root/usr/share/mysql" --character-sets-dir="$root/usr/share/mysql/charsets" \\
    --plugin-dir="$root/usr/lib/mysql/plugin" --secure-file-priv=NULL
EOF
    chmod +x "$partial/root/mysqld"
    rm -rf "$root"
    mv "$partial/root" "$root"
}

(
    flock 9
    # The client came later: what was unpacked before is unpacked again.
    if [ ! -x "$root/mysqld" ] || [ ! -x "$root/usr/bin/mysqladmin" ]; then unpack; fi
    version=$("$root/mysqld" --no-defaults --version)
    case $version in
    *" 9."*) ;;
    *)
        echo "This is not MySQL 9: $version" >&2
        exit 1
        ;;
    esac
) 9>"$tools/oracle-mysql.lock"
echo "$root/mysqld"
