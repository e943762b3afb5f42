#!/usr/bin/env bash
# Builds the image twice and compares; with --against, compares with a published one as well.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: nix run .#reproduce -- [--against IMAGE@sha256:DIGEST]

Builds the image, then builds a second time, with `nix build --rebuild`, which fails when a single byte
differs: the dependencies, the program, the image, its OCI layout, and each recipe that stands between them.
What those are made of is taken as it is: sources, which have a digest, and what nixpkgs builds, such as the
compiler, the libraries and the CA roots. Prints both digests.

  --against IMAGE@sha256:DIGEST   also compare with a published image, for example
                                  HOST/NAME@sha256:… (any transport of skopeo works, such as
                                  oci:DIR:TAG or containers-storage:NAME, without the digest)
TEXT
}

fail() {
    echo "reproduce: $*" >&2
    exit 1
}

# Set by nix/scripts.nix: the recipes of the dependencies, the image and the OCI layout.
read -r dependencies image oci rest <<<"${RECIPES:-}"
[[ -n ${oci:-} && -z $rest ]] || fail "start me with: nix run .#reproduce"

against=
while (($#)); do
    case $1 in
    --against)
        [[ -n ${2:-} ]] || fail "--against needs an image, as in IMAGE@sha256:DIGEST"
        against=$2
        shift 2
        ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        fail "unknown argument $1"
        ;;
    esac
done

case $against in
'' | oci:* | oci-archive:* | dir:* | docker-archive:* | docker-daemon:* | containers-storage:*) ;;
docker://*@sha256:*) ;;
*@sha256:*) against=docker://$against ;;
*) fail "$against names no digest: give IMAGE@sha256:DIGEST, because a tag can move" ;;
esac

command -v nix >/dev/null || fail "nix is not on PATH: see README, \"Run with Nix\""
nix=(nix --extra-experimental-features "nix-command flakes")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

digest_of() { echo "sha256:$(sha256sum | cut -d ' ' -f 1)"; }

# What is wrong with the published image is found out before anything is built.
if [[ -n $against ]]; then
    if ! skopeo --tmpdir "$scratch" inspect --raw "$against" >"$scratch/manifest" 2>"$scratch/error" ||
        ! skopeo --tmpdir "$scratch" inspect --config --raw "$against" >"$scratch/config" 2>"$scratch/error"; then
        fail "cannot read $against: $(tail -n 1 "$scratch/error")
Check the name and the digest, and log in with 'skopeo login' if it is private."
    fi
    published=$(digest_of <"$scratch/manifest")
    published_config=$(digest_of <"$scratch/config")
fi

echo "First build …"
build() { "${nix[@]}" build --no-link --print-out-paths "$1^out" || fail "the first build failed, see above"; }
layout=$(build "$oci")
archive=$(build "$image")
first=$(cat "$layout/digest")
# A config names every layer by the digest of its plain content, and everything else the image says: it stays
# the same however the layers are compressed. The two formats write it differently.
oci_config=$(jq --raw-output .config.digest "$layout/layout/blobs/${first/://}")
docker_config=sha256:$(tar --extract --to-stdout --file "$archive" manifest.json | jq --raw-output '.[0].Config | rtrimstr(".json")')
echo "  digest $first"
echo "  config $oci_config (OCI), $docker_config (docker)"

# What is made with the dependencies and goes into the layout, each after what it is made of.
mapfile -t recipes < <(nix-store --query --requisites "$oci" |
    grep --fixed-strings --line-regexp --file <(nix-store --query --referrers-closure "$dependencies"))
((${#recipes[@]} > 3)) || fail "cannot tell what the image is made of: $oci does not lead to $dependencies"
echo "Second build, of ${#recipes[@]} recipes …"
for recipe in "${recipes[@]}"; do
    "${nix[@]}" build --no-link "$recipe^*"
    "${nix[@]}" build --no-link --rebuild --keep-failed "$recipe^*" || {
        # Nix keeps what differs beside the first result.
        [[ ! -e $layout.check/digest ]] || echo "  digest $(cat "$layout.check/digest")"
        fail "$recipe gives another result the second time: the build is not reproducible. That result ends in .check; diffoscope shows where they differ."
    }
done
second=$(cat "$layout/digest")
echo "  digest $second"
[[ $first == "$second" ]] || fail "the digests differ"
echo "Both builds are the same, byte for byte."

[[ -n $against ]] || exit 0
echo "Published $against"
echo "  digest $published"
echo "  config $published_config"
if [[ $published == "$first" ]]; then
    echo "The published image is this one, byte for byte."
elif [[ $published_config == "$oci_config" || $published_config == "$docker_config" ]]; then
    echo "The published image has the same content and settings; only its layers are compressed or listed otherwise."
else
    fail "the published image is another one. Is this the commit that its label org.opencontainers.image.revision names, without changes?"
fi
