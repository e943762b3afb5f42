# shellcheck shell=bash disable=SC2154
# Legs and their summary, for tests/run.sh: what passed, what failed, and every part that did not run.
# The array `legs` names those that are wanted; what they print is kept in the directory `logs`.

running=
passed=0 failed=0 skipped=0
ran=()
summary=()
left_out=()

wanted() { [[ " ${legs[*]} " == *" $1 "* ]]; }

# The sum of the numbers on standard input; nothing if there are none.
total() { awk '{ sum += $1 } END { if (NR) print sum }'; }

say() { printf '\n=== %s\n' "$*"; }

# Says that a leg does without what cannot be had everywhere (providers, advisories), and fails nowhere for it. The
# summary repeats it, whoever prints such a line; with `!!! NOT RUN: …` it fails with CI=true.
leave_out() { printf '!!! LEFT OUT: %s\n' "$*"; }

# Runs LEG COMMAND…: shows what it prints, counts its tests, and remembers how it went.
leg() {
    local name=$1 start=$SECONDS log status=0
    shift
    wanted "$name" || return 0
    ran+=("$name")
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
    local name=$1 log=$2 status=$3 seconds=$4 good bad part missing=0
    good=$(sed -nE 's/^test result: .* ([0-9]+) passed; .*/\1/p; s/^(#|ℹ) pass ([0-9]+)$/\2/p' "$log" | total)
    bad=$(sed -nE 's/^test result: .* ([0-9]+) failed; .*/\1/p; s/^(#|ℹ) fail ([0-9]+)$/\2/p' "$log" | total)
    while IFS= read -r part; do
        left_out+=("$name: $part")
    done < <(sed -nE 's/^!!! LEFT OUT: (.*)$/\1/p' "$log")
    while IFS= read -r part; do
        left_out+=("$name: $part")
        missing=$((missing + 1))
    done < <(sed -nE 's/^!!! NOT RUN: (.*)$/\1/p; s/^(#|ℹ) (skipped|todo) ([1-9][0-9]*)$/\3 tests \2/p' "$log")
    if [ "$status" = 3 ]; then
        skipped=$((skipped + 1))
        summary+=("$name SKIPPED")
        left_out+=("$name: all of it")
        if [ "${CI:-}" = true ]; then failed=$((failed + 1)); fi
        printf '\n!!! SKIPPED: %s cannot run on this machine, see above%s\n' "$name" "${CI:+; with CI=true that is a failure}"
        return
    fi
    if [ "$status" != 0 ] && [ "${bad:-0}" = 0 ]; then bad=1 good=${good:-0}; fi
    # A filter that fits no test is a mistake, not a success.
    if [ "$status" = 0 ] && [ "${good:-1}" = 0 ]; then status=1 bad=1; fi
    if [ "$status" = 0 ] && [ -z "$good" ]; then good=1; fi
    if [ "${CI:-}" = true ] && [ "$missing" != 0 ]; then status=1 bad=$((${bad:-0} + missing)); fi
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    if [ "$status" = 0 ]; then
        summary+=("$name $good (${seconds} s)")
    else
        summary+=("$name FAILED (${seconds} s)")
    fi
}

# Prints how it went in SECONDS; fails unless everything that ran has passed, and something has.
summarise() {
    local part
    for part in "${legs[@]}"; do
        [[ " ${ran[*]} " == *" $part "* ]] && continue
        failed=$((failed + 1))
        summary+=("$part FAILED (nobody runs it)")
    done
    printf '\n%s | %d min %02d s%s\n' "$(printf '%s, ' "${summary[@]}" | sed 's/, $//')" $(($1 / 60)) $(($1 % 60)) \
        "$([ $skipped = 0 ] || printf ' | %d LEGS SKIPPED' $skipped)"
    for part in "${left_out[@]}"; do
        printf 'not run: %s\n' "$part"
    done
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
}
