#!/usr/bin/env bash
# Leaves a password for the project's registry where `docker login` would: PASSWORD=… login.sh
#
# One file that cosign, docker and our own client read, and no program that has to be there. The user is of no account to
# GitHub.
set -euo pipefail

registry=$(jq --raw-output .registry "$(dirname "$0")/../../../project.json")
directory=${DOCKER_CONFIG:-$HOME/.docker}
mkdir -p "$directory"
[ -s "$directory/config.json" ] || echo '{}' >"$directory/config.json"
umask 077
auth=$(printf '%s:%s' "${USERNAME:-github}" "$PASSWORD" | base64 --wrap 0)
settings=$(jq --arg host "${registry%%/*}" --arg auth "$auth" '.auths[$host] = {auth: $auth}' "$directory/config.json")
printf '%s\n' "$settings" >"$directory/config.json.new"
mv "$directory/config.json.new" "$directory/config.json"
