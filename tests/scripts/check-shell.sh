#!/usr/bin/env bash
# Runs shellcheck on every script in the repository: files named *.sh, and those whose first line says bash or sh.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v shellcheck >/dev/null || {
    echo "check-shell: shellcheck is not installed (Debian: apt-get install shellcheck; Nix: nix develop)" >&2
    exit 1
}

# In a copy without git, every file counts.
list() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard -z
    else
        find . -type f -not -path './target/*' -print0
    fi
}

scripts=()
while IFS= read -r -d '' file; do
    [[ -f $file ]] || continue
    if [[ $file == *.sh ]] || { [[ $file != *.* || $file == .* ]] && head -n 1 "$file" | tr -d '\0' | grep -qE '^#!.*\b(ba)?sh\b'; }; then
        scripts+=("$file")
    fi
done < <(list)

# They live in one place; elsewhere is the runner of the tests, and what is part of a container.
for script in "${scripts[@]}"; do
    case ${script#./} in
    tests/scripts/* | tests/run.sh | tests/summary.sh | .ci/run | .envrc) ;;
    k8s/components/* | tests/cluster/src/image/*) ;;
    *)
        echo "check-shell: $script belongs into tests/scripts/" >&2
        exit 1
        ;;
    esac
done

shellcheck "${scripts[@]}"
echo "shellcheck: ${#scripts[@]} scripts are clean"
