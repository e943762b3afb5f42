#!/usr/bin/env bash
# Opens the pull request that promotes a version: FROM=dev TO=staging [HEALTHY=COMMIT] promote.sh
#
# Its text is what the target will run otherwise, and who vouches for it: a version is not promoted unless our release
# workflow signed it, and says where it was built and that another machine built the same. The same promotion again
# rewrites its branch and leaves one pull request. HEALTHY is the commit that FROM became healthy with, when that and
# nobody asks.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
# shellcheck source=tests/scripts/workflows/api.sh
. tests/scripts/workflows/api.sh
# shellcheck source=tests/scripts/workflows/reproduction.sh
. tests/scripts/workflows/reproduction.sh

version=k8s/overlays/$TO/version.yaml source=k8s/overlays/$FROM/version.yaml
if [ -n "${HEALTHY:-}" ]; then
    # Each commit of main makes FROM healthy anew, and few of them change what it runs.
    if cmp --silent "$source" "$version"; then
        echo "$TO: runs what $FROM runs"
        exit 0
    fi
    if ! git diff --quiet "$HEALTHY" HEAD -- "$source"; then
        echo "$TO: waits until $FROM is healthy with what it is to run since ${HEALTHY:0:12}"
        exit 0
    fi
fi

difference=$(make --silent promote "FROM=$FROM" "TO=$TO" ${DELIVERY:+"DELIVERY=$DELIVERY"})
# Refused, it leaves the work tree as it was.
trap 'git checkout --quiet HEAD -- "$version"' EXIT
tag=$(sed -nE 's/^  tag: "(.*)"$/\1/p' "$version")
digest=$(sed -nE 's/^  digest: (sha256:[0-9a-f]{64})$/\1/p' "$version")
image=$(jq --raw-output .registry project.json)/dog-gif-app@$digest

identity="https://github.com/$GITHUB_REPOSITORY/.github/workflows/release.yaml@refs/heads/main"
# verify WHAT COMMAND…: what cosign has verified, when release.yaml on main says it.
verify() {
    local what=$1
    shift
    "${COSIGN:-cosign}" "$@" --certificate-identity "$identity" \
        --certificate-oidc-issuer https://token.actions.githubusercontent.com "$image" && return
    echo "promote: $image has no $what of release.yaml on main: promote a version that has one, or release it again" >&2
    return 1
}
verify signature verify >/dev/null
verify provenance verify-attestation --type slsaprovenance1 >/dev/null
# A line of JSON each; a release that ran again says it again.
reproduction=$(verify reproduction verify-attestation --type "$(reproduction_type)" | jq --slurp --raw-output '
    def machine: if .run == "" then .machine else "[\(.machine)](\(.run))" end;
    last // empty | .payload | @base64d | fromjson | .predicate
    | "at commit \(.commit):", "",
      (.images[] | "- \(.architecture) `\(.digest)` on \(.built | machine) and on \(.reproduced | machine)")')

branch=promote/$TO
git checkout --quiet -B "$branch"
git commit --quiet --message "$TO: Promote $tag from $FROM" -- "$version"
git push --quiet --force origin "$branch"

text=$(printf '%s\n' "Signed by release.yaml, with provenance: \`$image\`" "" \
    "Built twice, byte for byte the same, $reproduction" "" '~~~~diff' "${difference:0:60000}" '~~~~')
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
