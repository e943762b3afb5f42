#!/bin/bash
# Runs every test there is, leg by leg, and ends with a summary. With CI=true a leg that cannot run fails.
#
#   tests/run.sh            all legs
#   tests/run.sh LEG…       some of them: format lint shell files pages deny unit sqlite mariadb mysql browser
#                           manifests scale gitops platform
#
# May run twice at once, and leaves no process behind: each leg has a process group of its own, which is
# ended with the script, and what the tests start dies with them.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

legs=(format lint shell files pages deny unit sqlite mariadb mysql browser manifests scale gitops platform)
[ $# = 0 ] || legs=("$@")
tools=tests/provision
logs=$(mktemp -d)
running=
begin=$SECONDS
passed=0 failed=0 skipped=0
summary=()

finish() {
    trap - EXIT INT TERM HUP
    if [ -n "$running" ]; then
        kill -TERM -- "-$running" 2>/dev/null
        wait "$running" 2>/dev/null
    fi
    rm -rf "$logs"
    # What tests leave behind that were ended in the middle.
    for directory in /tmp/dog-gif-it-*; do
        if [ ! -e "/proc/${directory##*-}" ]; then rm -rf "$directory"; fi
    done
    exit "$1"
}
trap 'finish $?' EXIT
trap 'finish 130' INT
trap 'finish 143' TERM HUP

wanted() { [[ " ${legs[*]} " == *" $1 "* ]]; }

# The sum of the numbers on standard input; nothing if there are none.
total() { awk '{ sum += $1 } END { if (NR) print sum }'; }

say() { printf '\n=== %s\n' "$*"; }

# Runs LEG COMMAND…: shows what it prints, counts its tests, and remembers how it went.
leg() {
    local name=$1 start=$SECONDS log status=0
    shift
    wanted "$name" || return 0
    say "$name"
    log=$logs/$name
    # A process group of its own, so that all of it can be ended.
    set -m
    (
        set -o pipefail
        "$@" 2>&1 </dev/null | tee "$log"
    ) &
    running=$!
    set +m
    wait "$running" || status=$?
    running=
    count "$name" "$log" "$status" $((SECONDS - start))
}

# The closing lines of cargo's and node's test runners; a leg without tests of its own counts as one.
count() {
    local name=$1 log=$2 status=$3 seconds=$4 good bad
    good=$(sed -nE 's/^test result: .* ([0-9]+) passed; .*/\1/p; s/^(#|ℹ) pass ([0-9]+)$/\2/p' "$log" | total)
    bad=$(sed -nE 's/^test result: .* ([0-9]+) failed; .*/\1/p; s/^(#|ℹ) fail ([0-9]+)$/\2/p' "$log" | total)
    if [ "$status" = 3 ]; then
        skipped=$((skipped + 1))
        summary+=("$name SKIPPED")
        if [ "${CI:-}" = true ]; then failed=$((failed + 1)); fi
        printf '\n!!! SKIPPED: %s cannot run on this machine, see above%s\n' "$name" "${CI:+; with CI=true that is a failure}"
        return
    fi
    if [ "$status" != 0 ] && [ "${bad:-0}" = 0 ]; then bad=1 good=${good:-0}; fi
    if [ "$status" = 0 ] && [ -z "$good" ]; then good=1; fi
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    if [ "$status" = 0 ]; then
        summary+=("$name $good (${seconds} s)")
    else
        summary+=("$name FAILED (${seconds} s)")
    fi
}

# Story on TEST_DATABASE=$1; then the faults, one at a time, with their figures.
story() {
    local filter=(--include-ignored --skip once::)
    if [ "$1" = sqlite ]; then filter=(); fi
    export TEST_DATABASE=$1
    # Both run, also when the first finds something.
    local status=0
    # Most of them wait for something.
    cargo test --locked --test it -- --skip faults:: "${filter[@]}" --test-threads=4 || status=1
    echo "Faults, with 64 visitors each:"
    cargo test --locked --test it -- faults:: "${filter[@]}" --nocapture --test-threads=1 || status=1
    return $status
}

mysql() {
    # Exit code 3, when this platform cannot have it, is passed on.
    TEST_MYSQLD=$("$tools/oracle_mysql.sh") || return
    export TEST_MYSQLD
    "$TEST_MYSQLD" --no-defaults --version
    story mysql
}

shell() {
    local scripts=(.ci/run)
    mapfile -t -O 1 scripts < <(git ls-files '*.sh')
    shellcheck "${scripts[@]}"
}

deny() {
    local program
    program=$("$tools/cargo_deny.sh") || return 1
    "$program" --locked check bans licenses sources || return 1
    if ! "$program" fetch db >/dev/null 2>&1; then
        echo "!!! ADVISORIES NOT CHECKED: the advisory database cannot be reached from here"
        return 0
    fi
    "$program" --locked check advisories
}

# The road to a cluster is a crate of its own that compiles into the same directory.
road() {
    local command=$1
    shift
    cargo "$command" --locked --manifest-path tests/cluster/Cargo.toml --target-dir target "$@"
}

formatted() {
    cargo fmt --check && cargo fmt --check --manifest-path tests/cluster/Cargo.toml
}

linted() {
    cargo clippy --locked --all-targets -- --deny warnings && road clippy --all-targets -- --deny warnings
}

# What can be said of the manifests and of the delivery commands without a cluster.
manifests() {
    local tests=(--lib) directory
    for directory in tests/cluster/tests/*/; do
        case $(basename "$directory") in
        gitops | platform | scale) ;;
        *) tests+=(--test "$(basename "$directory")") ;;
        esac
    done
    road test "${tests[@]}"
}

# npm ci empties node_modules first: not while another run is using it, so only when something changed.
packages_of_npm() (
    cd tests/browser || return 1
    exec 9>../../target/npm.lock
    flock 9
    if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then npm ci --no-audit --no-fund || return 1; fi
)

pages() {
    packages_of_npm || return 1
    npm --prefix tests/browser run --silent format:check
}

browser() {
    packages_of_npm || return 1
    DOG_GIF_APP=$PWD/target/debug/dog-gif-app npm --prefix tests/browser test
}

"$tools/toolchain.sh" test || exit 1
"$tools/packages.sh" build test || exit 1
mkdir -p target/tools
TEST_PROMTOOL=$("$tools/promtool.sh") || exit 1
export TEST_PROMTOOL
# Debian keeps servers there, which is not in everybody's PATH.
export PATH=$PATH:/usr/sbin RUST_BACKTRACE=${RUST_BACKTRACE:-0} INSTA_UPDATE=no

leg format formatted
leg lint linted
leg shell shell
leg files nix/scripts/check-files.sh
leg pages pages
leg deny deny
if [[ " ${legs[*]} " =~ \ (unit|sqlite|mariadb|mysql|browser|gitops|platform)\  ]]; then
    say build
    # The program, its tests, and the example that draws the dogs: one profile for all.
    cargo test --locked --no-run </dev/null || exit 1
fi
leg unit cargo test --locked --lib
leg sqlite story sqlite
leg mariadb story mariadb
leg mysql mysql
leg browser browser

if [[ " ${legs[*]} " =~ \ (manifests|scale|gitops|platform)\  ]]; then
    say tools
    "$tools/packages.sh" cluster || exit 1
    # Built once from pinned modules into a cache outside the tree; from cold that takes minutes.
    road run --quiet -- tools </dev/null || exit 1
fi
leg manifests manifests
leg scale road test --test scale
leg gitops road test --test gitops
leg platform road test --test platform

seconds=$((SECONDS - begin))
printf '\n%s | %d min %02d s%s\n' "$(printf '%s, ' "${summary[@]}" | sed 's/, $//')" $((seconds / 60)) $((seconds % 60)) \
    "$([ $skipped = 0 ] || printf ' | %d LEGS SKIPPED' $skipped)"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
