# shellcheck shell=bash
# GitHub's API for the scripts beside: `api METHOD PATH [JSON]` prints the answer, or a sentence and fails.

api() {
    local answer status body=()
    if [ $# -gt 2 ]; then body=(--data "$3"); fi
    answer=$(curl --silent --show-error --max-time 60 --retry 3 --request "$1" --write-out '\n%{http_code}' \
        --header 'Accept: application/vnd.github+json' --header "Authorization: Bearer $GITHUB_TOKEN" \
        "${body[@]}" "${GITHUB_API_URL:-https://api.github.com}$2") || return 1
    status=${answer##*$'\n'}
    if [[ $status != 2* ]]; then
        case $status in
        401 | 403) echo "GitHub refuses $1 $2 ($status): the job's permissions lack it, or GITHUB_TOKEN is no token" >&2 ;;
        *) echo "GitHub answers $1 $2 with $status: ${answer%$'\n'*}" >&2 ;;
        esac
        return 1
    fi
    printf '%s\n' "${answer%$'\n'*}"
}
