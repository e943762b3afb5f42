#!/usr/bin/env bash
# Every relative link of a document leads to a file. Addresses on the web are not asked: they fail when nobody changed a thing.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

broken=0 seen=0
while IFS= read -r -d '' document; do
    while IFS= read -r link; do
        target=${link%%#*}
        case $target in
        '' | *://* | mailto:*) continue ;;
        esac
        seen=$((seen + 1))
        if [ ! -e "$(dirname "$document")/$target" ]; then
            echo "check-links: $document leads to $target, which is not there" >&2
            broken=$((broken + 1))
        fi
    done < <(grep --only-matching --extended-regexp '\]\([^) ]+\)' "$document" | sed -E 's/^\]\((.*)\)$/\1/')
done < <(git ls-files -z -- '*.md')
echo "check-links: $seen links, $broken of them broken"
[ "$broken" = 0 ]
