#!/usr/bin/env bash
# Opens the pull request that promotes a version: FROM=dev TO=staging promote.sh
#
# Its text is what the target will run otherwise. A version that is not signed by our release workflow, or whose
# provenance is missing, is not promoted. The same promotion again rewrites its branch and leaves one pull request.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
# shellcheck source=tests/scripts/workflows/api.sh
. tests/scripts/workflows/api.sh

difference=$(make --silent promote "FROM=$FROM" "TO=$TO" ${DELIVERY:+"DELIVERY=$DELIVERY"})
version=k8s/overlays/$TO/version.yaml
tag=$(sed -nE 's/^  tag: "(.*)"$/\1/p' "$version")
digest=$(sed -nE 's/^  digest: (sha256:[0-9a-f]{64})$/\1/p' "$version")
image=$(jq --raw-output .registry project.json)/dog-gif-app@$digest

echo "Signature and provenance of $image:"
identity="https://github.com/$GITHUB_REPOSITORY/.github/workflows/release.yaml@refs/heads/main"
trust=(--certificate-identity "$identity" --certificate-oidc-issuer https://token.actions.githubusercontent.com)
"${COSIGN:-cosign}" verify "${trust[@]}" "$image" >/dev/null
"${COSIGN:-cosign}" verify-attestation --type slsaprovenance1 "${trust[@]}" "$image" >/dev/null

branch=promote/$TO
git checkout --quiet -B "$branch"
git commit --quiet --message "$TO: Promote $tag from $FROM" -- "$version"
git push --quiet --force origin "$branch"

text=$(printf 'Signed by release.yaml, with provenance: %s\n\n~~~~diff\n%s\n~~~~\n' "$image" "${difference:0:60000}")
request=$(jq --null-input --arg title "$TO: Promote $tag from $FROM" --arg head "$branch" --arg body "$text" \
    '{title: $title, head: $head, base: "main", body: $body}')
open=$(api GET "/repos/$GITHUB_REPOSITORY/pulls?state=open&base=main&head=${GITHUB_REPOSITORY%/*}:$branch")
number=$(jq '.[0].number // empty' <<<"$open")
if [ -n "$number" ]; then
    api PATCH "/repos/$GITHUB_REPOSITORY/pulls/$number" "$(jq 'del(.head, .base)' <<<"$request")" >/dev/null
else
    number=$(api POST "/repos/$GITHUB_REPOSITORY/pulls" "$request" | jq .number)
fi
echo "$TO: pull request $number promotes $tag"
