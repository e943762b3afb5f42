#!/usr/bin/env bash
# Brings the image up with MySQL (compose.yaml), looks at it from outside, and takes everything down again.
#
#   IMAGE=…            the image to test; without it `nix run .#smoke` builds and loads this commit's
#   MYSQL_IMAGE=…      another database image
#   ENGINE=…           docker or podman; without it whichever works
#   SMOKE_OVERRIDE=…   one more compose file, for machines that need one
# shellcheck disable=SC2317,SC2329 # a trap calls what seems unreachable
set -euo pipefail

say() { printf 'smoke: %s\n' "$*"; }
fail() {
    printf 'smoke: %s\n' "$*" >&2
    exit 1
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
compose_yaml=${COMPOSE_YAML:-$here/../../compose.yaml}
for tool in curl jq grep; do
    command -v "$tool" >/dev/null || fail "$tool is not on PATH: install it, or start me with nix run .#smoke"
done

# --- Which engine -----------------------------------------------------------------------------------------

works() { command -v "$1" >/dev/null && "$1" info >/dev/null 2>&1; }
if [[ -n ${ENGINE:-} ]]; then
    works "$ENGINE" || fail "ENGINE=$ENGINE does not answer '$ENGINE info': install it, start it, or choose the other (docker, podman)"
else
    for engine in docker podman; do
        ! works "$engine" || { ENGINE=$engine && break; }
    done
    [[ -n ${ENGINE:-} ]] || fail "no container engine works here: install and start docker or podman (see '$(command -v docker >/dev/null && echo docker || echo podman) info')"
fi
compose=()
for candidate in "$ENGINE compose" "$ENGINE-compose"; do
    read -r -a words <<<"$candidate"
    if "${words[@]}" version >/dev/null 2>&1; then
        compose=("${words[@]}")
        break
    fi
done
((${#compose[@]})) || fail "$ENGINE has no compose: install the plugin '$ENGINE compose' or the program '$ENGINE-compose'"

# --- Which image ------------------------------------------------------------------------------------------

if [[ -z ${IMAGE:-} ]]; then
    [[ -n ${IMAGE_RECIPE:-} ]] || fail "which image? Set IMAGE=NAME:TAG, or start me with nix run .#smoke, which builds one"
    command -v nix >/dev/null || fail "nix is not on PATH to build the image: set IMAGE=NAME:TAG instead"
    archive=$(nix --extra-experimental-features "nix-command flakes" build --no-link --print-out-paths "$IMAGE_RECIPE^out") ||
        fail "the image does not build, see above"
    IMAGE=$("$ENGINE" load --input "$archive" | sed -n 's/^Loaded image[^:]*: *//p' | tail -n 1)
    [[ -n $IMAGE ]] || fail "$ENGINE did not load $archive"
fi
"$ENGINE" image inspect "$IMAGE" >/dev/null 2>&1 || "$ENGINE" pull --quiet "$IMAGE" >/dev/null 2>&1 ||
    fail "$ENGINE has no image $IMAGE and cannot pull it: build and load one with nix build .#image && $ENGINE load --input result"

# --- Up, and surely down again ----------------------------------------------------------------------------

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
            echo "$port"
            return
        }
    done
}

scratch=$(mktemp -d)
project=dog-gif-smoke-$$
PORT=$(free_port)
OPS_PORT=$(free_port)
MYSQL_PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
export IMAGE PORT OPS_PORT MYSQL_PASSWORD PUBLISH=127.0.0.1
# The settings of whoever runs this stay out of it.
: >"$scratch/env"
compose+=(--project-name "$project" --env-file "$scratch/env" --file "$compose_yaml")
[[ -z ${SMOKE_OVERRIDE:-} ]] || compose+=(--file "$SMOKE_OVERRIDE")
outcome=failed

clean_up() {
    trap '' INT TERM
    if [[ $outcome != passed ]]; then
        "${compose[@]}" ps >&2 || true
        "${compose[@]}" logs --tail 40 >&2 || true
    fi
    "${compose[@]}" down --volumes --timeout 20 >"$scratch/down" 2>&1 || cat "$scratch/down" >&2
    rm -rf "$scratch"
    local left
    left=$("$ENGINE" ps --all --quiet --filter "label=com.docker.compose.project=$project")
    [[ -z $left ]] || say "still there, please remove by hand: $left" >&2
    say "$outcome: $facts facts hold for $IMAGE ($ENGINE), $SECONDS s"
}
facts=0
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fact() {
    facts=$((facts + 1))
    printf '  ✓ %s\n' "$*"
}
wrong() {
    printf '  ✗ %s\n' "$*" >&2
    exit 1
}

site=http://127.0.0.1:$PORT
ops=http://127.0.0.1:$OPS_PORT
ask() { curl --silent --show-error --fail --max-time 10 "$@"; }
visit() { ask --request POST "$site/api/v1/visits" | jq --exit-status .visitor; }
total() { ask "$site/api/v1/visits" | jq --exit-status 'if type == "object" then first(.[] | numbers) else . end'; }
container() { "$ENGINE" ps --all --quiet --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" | head -n 1; }
inspect() { "$ENGINE" inspect --format "$1" "$app"; }
wait_until_ready() {
    local deadline=$((SECONDS + ${1:-120}))
    until ask --output /dev/null "$ops/readyz" 2>/dev/null; do
        ((SECONDS < deadline)) || wrong "not ready after ${1:-120} s"
        sleep 0.2
    done
}

say "starting $IMAGE with ${MYSQL_IMAGE:-MySQL 8.4} under ${compose[0]} …"
"${compose[@]}" up --detach >"$scratch/up" 2>&1 || {
    cat "$scratch/up" >&2
    wrong "compose up failed"
}
wait_until_ready 180
app=$(container app)
fact "ready after $SECONDS s"

# --- What visitors see ------------------------------------------------------------------------------------

page=$(ask "$site/")
grep -q 'You are visitor' <<<"$page" || wrong "the page does not greet its visitor"
fact "the page greets its visitor"
# A new database is ready a moment before its first dogs are in it.
for _ in $(seq 100); do
    ! gif=$(ask "$site/" | grep -oE '/gifs/[0-9a-f]{64}\.gif' | head -n 1) || break
    sleep 0.2
done
[[ -n $gif ]] || wrong "the page shows no GIF"
ask --output "$scratch/dog.gif" "$site$gif"
[[ $(head -c 6 "$scratch/dog.gif") == GIF89a ]] || wrong "$gif is no GIF"
fact "its GIF is one ($(stat -c %s "$scratch/dog.gif") bytes)"

before=$(visit)
for step in 1 2 3 4 5; do
    [[ $(visit) -eq $((before + step)) ]] || wrong "visit $step after number $before did not get number $((before + step))"
done
ask --output /dev/null "$site/"
[[ $(visit) -eq $((before + 7)) ]] || wrong "a page view did not count exactly one"
fact "the count rises by exactly one per visit (seven in a row, pages and API)"

# --- What survives ----------------------------------------------------------------------------------------

kept() {
    local last
    last=$(visit)
    "${compose[@]}" restart "$1" >/dev/null 2>&1 || wrong "cannot restart $1"
    wait_until_ready 120
    [[ $(visit) -eq $((last + 1)) ]] || wrong "after a restart of $1 the count did not go on from $last"
    fact "the count survives a restart of $1"
}
kept app
kept mysql

# --- What operators see -----------------------------------------------------------------------------------

last=$(visit)
[[ $(total) -eq $last ]] || wrong "the total differs from the last visitor's number, $last"
ask "$ops/metrics" >"$scratch/metrics"
for metric in dog_gif_visitors dog_gif_visits_total http_requests_total build_info; do
    grep -q "^$metric" "$scratch/metrics" || wrong "/metrics has no $metric"
done
fact "/metrics has the visitors and the requests"
revision=$(ask "$ops/version" | jq --raw-output .revision)
label=$(inspect '{{index .Config.Labels "org.opencontainers.image.revision"}}')
[[ $revision == "$label" ]] || wrong "/version says revision $revision, the image's label $label"
fact "it runs the revision on its label, $label"
"$ENGINE" exec "$app" dog-gif-app healthcheck || wrong "dog-gif-app healthcheck fails in the container"
fact "its health check works without a shell"
"$ENGINE" logs "$app" >"$scratch/log" 2>&1
! grep -qF "$MYSQL_PASSWORD" "$scratch/log" || wrong "the password is in the log"
fact "the log does not know the password"

# --- What an intruder would find --------------------------------------------------------------------------

user=$(inspect '{{.Config.User}}')
[[ $user =~ ^[1-9][0-9]*(:[1-9][0-9]*)?$ ]] || wrong "it runs as user '$user', not as a number other than 0"
fact "it runs as $user"
[[ $(inspect '{{.HostConfig.ReadonlyRootfs}}') == true ]] || wrong "its root file system can be written"
! "$ENGINE" exec "$app" dog-gif-app gifs export /smoke >"$scratch/export" 2>&1 || wrong "it wrote to /"
grep -qi 'read-only' "$scratch/export" || wrong "writing to / failed for another reason: $(cat "$scratch/export")"
fact "its root file system is read-only"
for program in sh bash ls nix; do
    ! "$ENGINE" exec "$app" "$program" --version >/dev/null 2>&1 || wrong "there is a program $program in it"
done
fact "there is no shell in it"

"${compose[@]}" stop --timeout 30 app >/dev/null 2>&1
[[ $(inspect '{{.State.ExitCode}}') == 0 ]] || wrong "it left with exit code $(inspect '{{.State.ExitCode}}') on SIGTERM"
fact "it stops cleanly on SIGTERM"

outcome=passed
