#!/usr/bin/env bash
# Puts what it reads into the summary of the job, and into one comment of the pull request, which the next run rewrites.
#
#   TITLE=… [PULL_REQUEST=7 GITHUB_REPOSITORY=… GITHUB_TOKEN=…] comment.sh < TEXT
set -euo pipefail
# shellcheck source=tests/scripts/workflows/api.sh
. "$(dirname "$0")/api.sh"

# GitHub takes 65,536 characters of a comment; the summary has all of it.
most=60000
text=$(cat)
page() { printf '<!-- %s -->\n### %s\n\n~~~~diff\n%s\n~~~~\n' "$TITLE" "$TITLE" "$1"; }
page "$text" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"

if [ -z "${PULL_REQUEST:-}" ]; then exit 0; fi
if [ "${#text}" -gt "$most" ]; then text="${text:0:most}"$'\n… the rest stands in the summary of the job'; fi
comment=$(page "$text" | jq --raw-input --slurp '{body: .}')
comments=$(api GET "/repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments?per_page=100")
ours=$(jq --arg begin "<!-- $TITLE -->" 'map(select(.body | startswith($begin)))[0].id // empty' <<<"$comments")
if [ -n "$ours" ]; then
    api PATCH "/repos/$GITHUB_REPOSITORY/issues/comments/$ours" "$comment" >/dev/null
else
    api POST "/repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" "$comment" >/dev/null
fi
