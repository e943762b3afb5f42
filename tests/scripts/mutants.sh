#!/bin/bash
# Changes the program in one small way after the other, and looks whether a test minds (cargo-mutants). Hours, of which
# most go into compiling; what was caught once is not tried again before its line changes.
#
#   tests/scripts/mutants.sh                  counting, store and files
#   tests/scripts/mutants.sh GROUP [OPTION…]  one of them, with options of cargo-mutants:
#                                             `--file src/store/visits/writers.rs`, or `--in-place`, which compiles
#                                             less and wants the tree
#
# A group is tried in rounds, with ever slower tests for what the faster ones let pass; the last line has its figure.
# No `--shard`: each round would divide what the rounds before have left, and so try others than they did.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

program=$(tests/scripts/provision/cargo-tool.sh cargo-mutants) || exit 1
# Debian keeps servers there, which is not in everybody's PATH.
export PATH=$PATH:/usr/sbin INSTA_UPDATE=no RUST_BACKTRACE=0

# Hangs count as caught: what takes five times as long as without a change, and longer than this.
shortest_hang_seconds=60

# mutants GROUP OPTION… -- FILE…, and on standard input a line a round: the database, and which tests.
mutants() {
    local group=$1 files=() options=() database tests status out
    shift
    while [ "$1" != -- ]; do
        if [[ $1 == --shard* ]]; then
            echo "mutants.sh: --shard and rounds do not go together; take a part by --file" >&2
            return 2
        fi
        options+=("$1")
        shift
    done
    shift
    for file; do files+=(--file "$file"); done
    # An option that chooses files chooses among none but those.
    [[ " ${options[*]:-} " == *" --file "* ]] && files=()
    out=target/mutants/$group
    mkdir -p "$out"
    while read -r database tests; do
        printf '\n=== %s on %s: %s\n' "$group" "$database" "$tests"
        local ignored=()
        [ "$database" = sqlite ] || ignored=(--include-ignored)
        # shellcheck disable=SC2086 # the names of tests are words
        TEST_DATABASE=$database CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/mutants/build} \
            "$program" mutants --iterate --output "$out" --minimum-test-timeout "$shortest_hang_seconds" \
            "${files[@]}" "${options[@]}" -- --locked --lib --test it -- "${ignored[@]}" --test-threads=4 $tests </dev/null
        status=$?
        # What hung is no more worth a slower test than what was caught.
        cat "$out/mutants.out/timeout.txt" >>"$out/mutants.out/previously_caught.txt"
        # 2: some were missed; 3: none, but some hung.
        case $status in 0 | 3) break ;; 2) ;; *) return "$status" ;; esac
    done
    figure "$group" "$out/mutants.out"
}

# What the rounds together have found; those that survived by name.
figure() {
    local of=$2 missed
    missed=$(wc -l <"$of/missed.txt")
    sed 's/^/survived: /' "$of/missed.txt"
    printf '%s: %d caught, hung or not compiling, %d survived\n' "$1" \
        "$(cat "$of"/{previously_caught,caught,unviable}.txt 2>/dev/null | sort -u | wc -l)" "$missed"
    [ "$missed" = 0 ]
}

counting() {
    mutants counting "$@" -- 'src/store/visits/*.rs' src/gallery/counter.rs 'src/gallery/counter/*.rs' <<'ROUNDS'
mariadb tests:: story::counting
mariadb servers::writers servers::lost_batches servers::stale servers::sessions servers::read_only servers::replicas story::doubt story::setting
sqlite story::counting story::doubt story::setting story::backup once::full_disk once::signals
mariadb faults::cut_connections faults::silence faults::killed_app faults::killed_database servers::scrape
ROUNDS
}

store() {
    mutants store "$@" -- 'src/store/*.rs' 'src/store/sqlite/*.rs' <<'ROUNDS'
sqlite tests:: story::pool story::gifs_command story::migrating story::backup once::backup_files once::full_disk
mariadb story::gifs_command story::migrating story::backup servers::tls servers::accounts servers::migrating servers::sessions
mariadb story::counting story::doubt servers:: faults::silence faults::cut_connections
ROUNDS
}

files() {
    mutants files "$@" -- 'src/web/files/*.rs' <<'ROUNDS'
sqlite tests:: story::gif_files once::site_files once::properties
sqlite once::error_answers story::errors story::pages story::catalogue story::api
ROUNDS
}

case ${1:-all} in
counting | store | files) "$@" ;;
all)
    status=0
    for group in counting store files; do "$group" || status=$?; done
    exit "$status"
    ;;
*)
    echo "mutants.sh: $1 is none of counting, store and files" >&2
    exit 2
    ;;
esac
