#!/usr/bin/env bash
# Publishes and signs what `layout.sh` made on several machines: TAG=… release.sh RELEASE…
#
# Prints `repository=` and `digest=` for $GITHUB_OUTPUT, and everything else to standard error.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

repository=$(jq --raw-output .registry project.json)/dog-gif-app
layouts=()
for release; do
    [ -d "$release/layout" ] || { echo "release: $release holds no layout" >&2 && exit 1; }
    layouts+=("$release/layout")
done
digest=$(REPOSITORY=$repository TAG=$TAG tests/scripts/workflows/publish.sh "${layouts[@]}")
# Keyless: the certificate says which workflow of which repository signs, and the public log that it did. Each platform's
# image as well, as clusters ask for those.
"${COSIGN:-cosign}" sign --yes --recursive "$repository@$digest" >&2
printf 'repository=%s\ndigest=%s\n' "$repository" "$digest"
