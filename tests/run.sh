#!/bin/bash
# Runs every test there is, leg by leg, and ends with a summary. With CI=true a leg, or a part of
# one, that cannot run fails.
#
#   tests/run.sh            all legs
#   tests/run.sh LEG…       some of them: format lint shell files pages deny unit sqlite mariadb mysql browser
#                           observability logs terraform workflows manifests scale gitops platform; failover, too,
#                           which only runs when it is named
#
# May run twice at once, and leaves no process behind: each leg has a process group of its own, which is
# ended with the script, and what the tests start dies with them.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

legs=(format lint shell files pages deny unit sqlite mariadb mysql browser observability logs terraform workflows manifests scale gitops platform)
on_demand=(failover)
known=("${legs[@]}" "${on_demand[@]}")
for leg; do
    [[ " ${known[*]} " == *" $leg "* ]] || { echo "tests/run.sh: there is no leg \`$leg\`, but ${known[*]}" >&2 && exit 2; }
done
[ $# = 0 ] || legs=("$@")
tools=tests/scripts/provision
logs=$(mktemp -d)
begin=$SECONDS
# shellcheck source=tests/summary.sh
. tests/summary.sh

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

# Story on TEST_DATABASE=$1; then the faults, one at a time, with their figures.
story() {
    local filter=(--include-ignored --skip once::)
    if [ "$1" = sqlite ]; then filter=(); fi
    export TEST_DATABASE=$1
    # Both run, also when the first finds something.
    local status=0
    # Most of them wait for something.
    cargo test --locked --test it -- --skip faults:: --skip failover:: --skip observability:: --skip logs:: "${filter[@]}" --test-threads=4 || status=1
    echo "Faults, with 64 visitors each:"
    local faults=(faults::)
    # Group replication is MySQL's.
    if [ "$1" = mysql ]; then faults+=(failover:: --skip failover::long::); fi
    cargo test --locked --test it -- "${faults[@]}" "${filter[@]}" --nocapture --test-threads=1 || status=1
    return $status
}

oracle_mysql() {
    # Exit code 3, when this platform cannot have it, is passed on.
    TEST_MYSQLD=$("$tools/oracle-mysql.sh") || return
    export TEST_MYSQLD
    "$TEST_MYSQLD" --no-defaults --version
}

mysql() {
    oracle_mysql || return
    story mysql
}

# The rules for Prometheus, and an alert from a database that is killed to a webhook; the dashboards of Grafana, and
# whether a Prometheus that has scraped the app has figures for them.
observability() {
    # All of them run, also when one finds something.
    local status=0
    "$TEST_PROMETHEUS/prometheus" --version | head -n 1
    "$TEST_PROMETHEUS/alertmanager" --version | head -n 1
    { packages_of_npm tests/dashboards && npm --prefix tests/dashboards run --silent test; } || status=1
    cargo test --locked --test it -- observability:: --test-threads=2 || status=1
    TEST_DATABASE=mariadb cargo test --locked --test it -- observability::outage --include-ignored --nocapture || status=1
    return $status
}

# Log lines on their way to their store, with a collector that is killed and a store that goes away.
logs() {
    local built
    "$tools/packages.sh" logs || return 1
    # Built once from pinned modules, as the tools of the cluster are.
    built=$(road run --quiet -- tools opentelemetry-collector victoria-logs) || return 1
    TEST_COLLECTOR=$(awk -F '\t' '$1 == "opentelemetry-collector" { print $2 }' <<<"$built")
    TEST_LOG_STORE=$(awk -F '\t' '$1 == "victoria-logs" { print $2 }' <<<"$built")
    export TEST_COLLECTOR TEST_LOG_STORE
    # Most of them wait for something.
    cargo test --locked --test it -- logs:: --include-ignored --nocapture --test-threads=3
}

# Everything there is about failover, in minutes.
failover() {
    oracle_mysql || return
    TEST_DATABASE=mysql cargo test --locked --test it -- failover:: --include-ignored --nocapture --test-threads=1
}

deny() {
    local program
    program=$("$tools/cargo-tool.sh" cargo-deny) || return 1
    "$program" --locked check bans licenses sources || return 1
    if ! "$program" fetch db >/dev/null 2>&1; then
        leave_out "known vulnerabilities (the advisory database cannot be reached from here)"
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
    local crate
    for crate in . tests/cluster benches/peer; do cargo fmt --check --manifest-path "$crate/Cargo.toml" || return 1; done
}

linted() {
    cargo clippy --locked --all-targets -- --deny warnings && road clippy --all-targets -- --deny warnings &&
        cargo clippy --locked --manifest-path benches/peer/Cargo.toml --target-dir target -- --deny warnings
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

# The clouds, with what can be had of their providers, and states and locks on an emulated AWS.
clouds() {
    local python
    "$tools/packages.sh" terraform &&
        TEST_TERRAFORM=$("$tools/terraform.sh") &&
        TEST_TERRAFORM_STANDIN=$("$tools/go-program.sh" tests/terraform/standin .) &&
        python=$("$tools/python.sh" tests/terraform/requirements.txt) || return 1
    export TEST_TERRAFORM TEST_TERRAFORM_STANDIN
    "$python" -m tests.terraform
}

# What is wrong in a workflow, and what somebody could make of it; what they call is tried by the leg `manifests`.
workflows() {
    local actionlint zizmor checkov status=0
    actionlint=$(road run --quiet -- tools actionlint | cut -f 2) &&
        zizmor=$("$tools/python.sh" tests/scripts/workflows/requirements.txt) &&
        checkov=$("$tools/python.sh" tests/terraform/requirements.txt) || return 1
    "$actionlint" || status=1
    "$(dirname "$zizmor")/zizmor" --offline --no-progress .github || status=1
    # But for "inputs must be empty": those of cleanup and promote choose among what was built, and build nothing.
    "$(dirname "$checkov")/checkov" --quiet --compact --skip-download --framework github_actions \
        --skip-check CKV_GHA_7 --directory .github || status=1
    return $status
}

# packages_of_npm DIRECTORY: npm ci empties node_modules first: not while another run is using it, so only when something
# changed.
packages_of_npm() (
    cd "$1" || return 1
    exec 9>../../target/npm.lock
    flock 9
    if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then npm ci --no-audit --no-fund || return 1; fi
)

pages() {
    packages_of_npm tests/browser || return 1
    npm --prefix tests/browser run --silent format:check
}

browser() {
    packages_of_npm tests/browser || return 1
    DOG_GIF_APP=$PWD/target/debug/dog-gif-app npm --prefix tests/browser test
}

"$tools/toolchain.sh" test || exit 1
"$tools/packages.sh" build test || exit 1
mkdir -p target/tools
TEST_PROMETHEUS=$("$tools/prometheus.sh") || exit 1
export TEST_PROMETHEUS
# Debian keeps servers there, which is not in everybody's PATH.
export PATH=$PATH:/usr/sbin RUST_BACKTRACE=${RUST_BACKTRACE:-0} INSTA_UPDATE=no

leg format formatted
leg lint linted
leg shell tests/scripts/check-shell.sh
leg files tests/scripts/check-files.sh
leg pages pages
leg deny deny
if [[ " ${legs[*]} " =~ \ (unit|sqlite|mariadb|mysql|browser|observability|logs|gitops|platform|failover)\  ]]; then
    say build
    # The program, its tests, and the example that draws the dogs: one profile for all.
    cargo test --locked --no-run </dev/null || exit 1
fi
leg unit cargo test --locked --lib
leg sqlite story sqlite
leg mariadb story mariadb
leg mysql mysql
leg failover failover
leg browser browser
leg observability observability
leg logs logs
leg terraform clouds

if [[ " ${legs[*]} " =~ \ (workflows|manifests|scale|gitops|platform)\  ]]; then
    say tools
    "$tools/packages.sh" cluster workflows || exit 1
    # Built once from pinned modules into a cache outside the tree; from cold that takes minutes.
    road run --quiet -- tools </dev/null || exit 1
fi
leg workflows workflows
leg manifests manifests
leg scale road test --test scale
leg gitops road test --test gitops
leg platform road test --test platform

summarise $((SECONDS - begin))
