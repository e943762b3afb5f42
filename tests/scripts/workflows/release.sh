#!/usr/bin/env bash
# Publishes and signs what `layout.sh` left on several machines: TAG=… release.sh ARTIFACTS ARCHITECTURE…
#
# Of each architecture there are image-ARCHITECTURE/ of the machine that built it, and reproduction-ARCHITECTURE/ of
# another one. Prints `repository=`, `digest=` and each image's `ARCHITECTURE=` for $GITHUB_OUTPUT, and everything else to
# standard error.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
# shellcheck source=tests/scripts/workflows/reproduction.sh
. tests/scripts/workflows/reproduction.sh

refuse() {
    echo "release: $*" >&2
    exit 1
}

artifacts=$1
shift
repository=$(jq --raw-output .registry project.json)/dog-gif-app
cosign=${COSIGN:-cosign}
commit=$(git rev-parse HEAD)
layouts=() images=() outputs=()
for architecture; do
    built=$artifacts/image-$architecture reproduced=$artifacts/reproduction-$architecture
    [ -d "$built/layout" ] || refuse "$built holds no layout"
    digest=$(jq --raw-output '.manifests[0].digest' "$built/layout/index.json")
    for build in "$built/build.json" "$reproduced/build.json"; do
        [ -s "$build" ] || refuse "nobody says who built $architecture: there is no $build"
        # What is published, and not what they say of each other.
        about=$(jq --raw-output '"\(.digest) \(.commit)"' "$build")
        [ "$about" = "$digest $commit" ] ||
            refuse "$build is not about $digest of the commit $commit"
    done
    layouts+=("$built/layout")
    images+=("$(jq --slurp '(.[0] | {architecture, digest})
        + ({built: .[0], reproduced: .[1]} | map_values({machine, run}))' "$built/build.json" "$reproduced/build.json")")
    outputs+=("$architecture=$digest")
done

digest=$(REPOSITORY=$repository TAG=$TAG tests/scripts/workflows/publish.sh "${layouts[@]}")
# Keyless: the certificate says which workflow of which repository signs, and the public log that it did. Each platform's
# image as well, as clusters ask for those.
"$cosign" sign --yes --recursive "$repository@$digest" >&2
reproduction=$(mktemp)
trap 'rm -f "$reproduction"' EXIT
printf '%s\n' "${images[@]}" | jq --slurp --arg commit "$commit" '{commit: $commit, images: .}' >"$reproduction"
"$cosign" attest --yes --type "$(reproduction_type)" --predicate "$reproduction" "$repository@$digest" >&2
printf '%s\n' "repository=$repository" "digest=$digest" "${outputs[@]}"
