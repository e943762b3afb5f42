#!/usr/bin/env bash
# The one check that a branch requires: every job has succeeded, or had nothing to do.
#
#   NEEDS='{"app": {"result": "success"}, …}' required.sh
set -euo pipefail

# What was skipped because another failed has that other in the list; cancelled is no success.
jq --raw-output 'to_entries[] | "\(.value.result)\t\(.key)"' <<<"$NEEDS" | sort
jq --exit-status '[.[].result] | length > 0 and all(. == "success" or . == "skipped")' <<<"$NEEDS" >/dev/null || {
    echo "required: not every job above has succeeded" >&2
    exit 1
}
