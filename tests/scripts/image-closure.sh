#!/usr/bin/env bash
# Fails when an image holds what a distroless one must not: a shell, a package manager, tools, compilers.
# Usage: image-closure.sh DOCKER_ARCHIVE
set -euo pipefail
archive=${1:?usage: image-closure.sh DOCKER_ARCHIVE}

packages='bash|busybox|coreutils|dash|findutils|gawk|gnugrep|gnused|gnutar|toybox|nix|apt|dpkg|rpm|apk-tools|perl|python3?|nodejs|cargo|clang|gcc|gcc-wrapper|rust[a-z-]*|glibc-.*-dev|openssl-.*-(bin|dev)|curl|krb5|libkrb5'
programs='sh|ash|bash|csh|dash|ksh|zsh|busybox|toybox|env|cat|cp|ls|mkdir|mv|rm|find|grep|sed|awk|tar|vi|nc|curl|wget|perl|python[0-9.]*|node|cc|gcc|ld|as|cargo|rustc|nix|nix-store|apt|apt-get|apk|dpkg|rpm|su|sudo|mount|openssl'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tar --extract --file "$archive" --directory "$scratch"
for layer in "$scratch"/*/layer.tar; do
    tar --list --absolute-names --file "$layer"
done | sed 's|^\./||; s|^/||; s|/$||' | sort --unique >"$scratch/files"

sed -nE 's|^nix/store/[0-9a-z]{32}-([^/]+).*|\1|p' "$scratch/files" | sort --unique >"$scratch/packages"
forbidden=$({
    # A package is a name and a version; gcc's run-time libraries end in -lib or -libgcc and may be here.
    grep -E "^($packages)(-[0-9][0-9a-z.+-]*)?$" "$scratch/packages" | grep -vE -- '-(lib|libgcc)$' || true
    grep -E "(^|/)(bin|sbin|libexec)/(.*/)?($programs)$" "$scratch/files" || true
    grep -vE '^(bin|data|etc|nix|share|tmp|var)(/|$)' "$scratch/files" || true
})
if [[ -n $forbidden ]]; then
    printf 'The image holds what it must not:\n%s\n' "$forbidden" >&2
    echo "See what brings it in with: nix why-depends .#default nixpkgs#NAME" >&2
    exit 1
fi
echo "The image holds $(wc -l <"$scratch/packages") store paths and nothing forbidden:"
sed 's/^/  /' "$scratch/packages"
