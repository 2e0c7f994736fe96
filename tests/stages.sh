#!/usr/bin/env bash
# stages.sh - the stages of `./run test`, timed and counted.
#
# `./run stage NAME` runs one of them and shows all it says. Each stage runs as a process of its own
# (so that `set -e` holds in it) and exits 77 when what it tests is not there. A stage's output goes
# to build/test-logs/NAME.log; of a failed one the end is shown.
#
# FIRST comes alone: the rules, and the programs that others test. Then two lanes go beside each other:
# COMPUTING takes what WAITING, whose tests measure deadlines, leaves of the machine. What shares a
# folder of build/ is in one lane: rigs run what asan built; ui builds the pages that others show.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

LOGS=build/test-logs
JOBS=$(nproc)
FUZZ_SECONDS=${ANCHANG_FUZZ_SECONDS:-4}
FIRST=(house style release)
COMPUTING=(cppcheck tidy asan rigs tsan fuzz)
WAITING=(ui integration e2e fault vm package)
export NO_COLOR=1 CTEST_OUTPUT_ON_FAILURE=1
export ANCHANGD=$PWD/build/release/daemon/anchangd ANCHANGCTL=$PWD/build/release/daemon/anchangctl

skip() {
    echo "skipped: $1"
    exit 77
}

c_files() {
    find db drivers daemon tests -name node_modules -prune -o -name "$1" -print | LC_ALL=C sort
}

# ---- the stages ----

stage_house() { # the rules of the house, after the rules' own tests
    python3 -m unittest discover -s tests/lint -p 'test_*.py'
    python3 tests/lint/house.py
}

stage_style() { # format, scripts, manual pages, the API's contract
    { c_files '*.c' && c_files '*.h'; } | xargs -r clang-format --dry-run --Werror
    shellcheck run .ci/run tests/*.sh tests/rigs/vm/*.sh kiosk-ui/box/anchang-kiosk cmake/deb/*/p*
    mandoc -T lint -W warning man/*.[0-9]
}

stage_cppcheck() {
    mkdir -p build/cppcheck
    c_files '*.c' | grep -v '^tests/' | cppcheck --file-list=- -j "$JOBS" -q -I . \
        --cppcheck-build-dir=build/cppcheck --std=c11 --platform=unix64 \
        --library=gnu,posix,sqlite3 --library=tests/lint/cppcheck.cfg \
        --enable=warning,performance,portability \
        --inline-suppr --suppressions-list=tests/lint/cppcheck.txt --error-exitcode=1
}

cmocka_cases() { # what the cases inside the programs came to
    grep -ahE '^\[ +(PASSED|FAILED|SKIPPED) *\] [0-9]+ test' \
        "build/$1/Testing/Temporary/LastTest.log" || true
}

programs() { # preset, then arguments for ctest
    local preset=$1
    shift
    ./run preset "$preset" ON
    ctest --preset "$preset" -j "$JOBS" --no-tests=ignore "$@" || {
        cmocka_cases "$preset"
        return 1
    }
    cmocka_cases "$preset"
}

stage_release() { # gcc, optimised, all warnings on
    programs release -LE rig
}

stage_tidy() { # clang-tidy; at night with its analyzer; unchanged files are remembered
    local how=(--quick)
    [ -z "${ANCHANG_NIGHTLY:-}" ] || how=()
    [ -f build/release/compile_commands.json ] || ./run preset release ON
    python3 tests/lint/tidy.py -j "$JOBS" build/release "${how[@]}"
}

stage_asan() { # clang, AddressSanitizer and UndefinedBehaviorSanitizer; nightly the tests of the schema too
    local without=rig
    [ -n "${ANCHANG_NIGHTLY:-}" ] || without='rig|schema'
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
        UBSAN_OPTIONS=print_stacktrace=1 programs debug -LE "$without"
}

stage_tsan() { # clang, ThreadSanitizer: the tests of what has threads (tests/CMakeLists.txt)
    # Its shadow memory wants the address space where it was before Linux moved it about.
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        exec setarch "$(uname -m)" -R "$0" stage tsan_here
    fi
    stage_tsan_here
}

stage_tsan_here() {
    TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 programs tsan -L threaded
}

stage_rigs() { # buses of devices on the real libraries and services, under ASan and UBSan
    UBSAN_OPTIONS=print_stacktrace=1 programs debug -L rig
}

stage_vm() { # the installed package in a virtual machine with real USB
    ./run preset release ON
    ./run pages
    tests/rigs/vm/vm.sh
}

fuzz_one() { # a fuzzer, perhaps a driver; what it says comes in one piece, for others run beside it
    local name seeds folders log
    seeds=tests/fuzz/corpus/$(basename "$1")
    name=$(basename "$1")${2:+-$2}
    [ -z "${2:-}" ] || export FUZZ_DRIVER=$2
    log=build/test-logs/$name.log
    mkdir -p "build/corpus/$name" build/crashes build/test-logs
    folders=("build/corpus/$name")
    [ ! -d "$seeds" ] || folders+=("$seeds")
    local status=0
    "$1" -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=1024 -verbosity=0 \
        -artifact_prefix="build/crashes/$name-" "${folders[@]}" >"$log" 2>&1 || status=$?
    echo "-- $name, $FUZZ_SECONDS s: exit $status"
    [ "$status" = 0 ] || cat "$log"
    return "$status"
}

fuzz_targets() { # arguments of fuzz_one; at night each driver apart, so that none takes another's time
    local fuzzer
    for fuzzer in build/fuzz/tests/fuzz/fuzz_*; do
        if [ -n "${ANCHANG_NIGHTLY:-}" ] && [ "${fuzzer##*/}" = fuzz_reader ]; then
            sed -nE 's/^DRIVER\((.*)\)$/\1/p' drivers/drivers.def | tr _ - | sed "s|^|$fuzzer |"
        else
            echo "$fuzzer"
        fi
    done
}

stage_fuzz() { # each fuzzer for a moment, from its seeds and earlier finds; as many at once as cores
    compgen -G 'tests/fuzz/fuzz_*.c' >/dev/null || skip "no fuzzers"
    ./run preset fuzz OFF
    fuzz_targets | xargs -P "$JOBS" -L 1 "$0" fuzz
}

stage_ui() { # types, lint, unit tests, build, size budgets
    ./run modules
    path_to_node
    cd kiosk-ui
    npm run --silent types
    npm run --silent lint
    npm run --silent test
    cd ..
    ./run pages
    (cd kiosk-ui && node scripts/sizes.mjs)
}

path_to_node() {
    [ ! -x build/node/bin/node ] || export PATH="$PWD/build/node/bin:$PATH"
}

node_tests() { # folder, how many of its files at once
    compgen -G "$1/*.test.mjs" >/dev/null || skip "no tests in $1"
    [ -x "$ANCHANGD" ] || skip "anchangd is not built"
    ./run pages
    ./run modules
    path_to_node
    node --test --test-concurrency="$2" --test-reporter=spec "$1"/*.test.mjs
}

stage_integration() { # a real daemon on a port of its own, spoken to over sockets
    node_tests tests/integration 2
}

browser() { # by day the engine alone, half the work is that of windows; at night all of it, as kiosks run it
    echo "/usr/bin/chromium$([ -n "${ANCHANG_NIGHTLY:-}" ] || echo -headless-shell)"
}

stage_e2e() { # a real daemon and a real browser
    CHROMIUM=${CHROMIUM:-$(browser)} node_tests tests/e2e 2
}

stage_fault() { # loops of kill -9, full disks, failing syncs; at night ten times the rounds
    node_tests tests/fault 1 # each fills the machine by itself, and measures what others then get
}

stage_package() { # packages, their contents, the units
    [ -x "$ANCHANGD" ] || skip "anchangd is not built"
    ./run pages
    tests/package.sh
}

# ---- running them ----

stage_exists() {
    declare -F "stage_$1" >/dev/null
}

sum() { # adds up the first group of an expression over a log
    sed -nE "s/$1/\\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

cases() { # log, then the word that cmocka, node --test and vitest have for it
    echo $(($(sum "^\[ +$2 *\] ([0-9]+) test.*" "$1") + $(sum "^[^ ]+ $3 ([0-9]+)$" "$1") +
        $(sum "^ *Tests .*[^0-9]([0-9]+) $4.*" "$1")))
}

# Cases that a log tells of: cmocka, node --test, vitest, unittest. A stage without any counts as one.
tally() { # log, exit status; prints passed, failed, skipped
    local log=$1 passed failed skipped
    passed=$(($(cases "$log" PASSED pass passed) + $(sum '^Ran ([0-9]+) tests? in .*' "$log")))
    failed=$(cases "$log" FAILED fail failed)
    skipped=$(cases "$log" SKIPPED skipped skipped)
    case $2 in
    0) ((passed + failed + skipped > 0)) || passed=1 ;;
    77) skipped=1 ;;
    *) ((failed > 0)) || failed=1 ;;
    esac
    echo "$passed $failed $skipped"
}

run_stage() { # name; appends a line to $LOGS/table
    local name=$1 log=$LOGS/$1.log begin=$SECONDS status=0 word=ok counts cpu TIMEFORMAT='%U %S'
    cpu=$({ time "$0" stage "$name" >"$log" 2>&1 </dev/null; } 2>&1) || status=$?
    case $status in
    0) ;;
    77) word="skipped ($(sed -n 's/^skipped: //p' "$log" | tail -1))" ;;
    *) word=FAILED ;;
    esac
    counts=$(tally "$log" "$status")
    printf '%s %d %s %s %s\n' "$name" $((SECONDS - begin)) "$cpu" "$counts" "$word" >>"$LOGS/table"
    printf -- '-- %-12s %5d s  %s\n' "$name" $((SECONDS - begin)) "$word"
    [ "$word" != FAILED ] || {
        printf '\n== the end of %s ==\n%s\n' "$log" "$(tail -n 120 "$log")"
        printf '\nstage %s failed; alone: ./run stage %s · 测试阶段 %s 失败\n' "$name" "$name" "$name"
        return 1
    }
}

lane() { # niceness, then stages; the first that fails, here or in another lane, is the last
    local name
    renice -n "$1" -p "$BASHPID" >/dev/null
    shift
    for name in "$@"; do
        ! grep -q ' FAILED$' "$LOGS/table" || return 1
        run_stage "$name" || return 1
    done
}

table() {
    printf '\n%-12s %7s %7s %7s %7s %7s\n' stage seconds cpu passed failed skipped
    awk -v wall="$SECONDS" '
        { cpu = $3 + $4; c += cpu; p += $5; f += $6; k += $7 }
        { printf "%-12s %7d %7d %7d %7d %7d\n", $1, $2, cpu, $5, $6, $7 }
        END { printf "%-12s %7d %7d\n\n%d passed, %d failed, %d skipped\n", "all", wall, c, p, f, k }
    ' "$LOGS/table"
}

LANES=() # process groups: a lane and all that it started

start_lane() {
    set -m # a process group of its own
    lane "$@" &
    set +m
    LANES+=($!)
}

stop_lanes() { # signal's number: ends all that runs, and exits
    local tries
    trap '' INT TERM HUP
    kill -TERM -- "${LANES[@]/#/-}" 2>/dev/null || true
    for ((tries = 0; tries < 50; tries++)); do
        kill -0 -- "${LANES[@]/#/-}" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL -- "${LANES[@]/#/-}" 2>/dev/null || true
    exit $((128 + $1))
}

finish_lanes() {
    local pid status=0
    for pid in "${LANES[@]}"; do
        wait "$pid" || status=1
    done
    LANES=()
    return "$status"
}

alone() { # stages
    start_lane 0 "$@"
    finish_lanes
}

may_lie_in_memory() { # what tests write to /tmp: not at night, nor when this checkout is there itself
    [ -z "${ANCHANG_NIGHTLY:-}" ] && [[ $PWD/ != /tmp/* ]] &&
        unshare --mount mount -t tmpfs anchang /tmp 2>/dev/null
}

everything() {
    alone "${FIRST[@]}" || return 1
    start_lane 5 "${COMPUTING[@]}"
    start_lane 0 "${WAITING[@]}"
    finish_lanes
}

told() { # a way to run stages, with its arguments; then the table
    local status=0
    mkdir -p "$LOGS"
    : >"$LOGS/table"
    trap 'stop_lanes 2' INT
    trap 'stop_lanes 15' TERM
    trap 'stop_lanes 1' HUP
    "$@" || status=$?
    table
    return "$status"
}

case ${1:-test} in
test)
    if [ "${2:-}" = nightly ]; then
        export ANCHANG_FUZZ_SECONDS=${ANCHANG_FUZZ_SECONDS:-600} ANCHANG_NIGHTLY=1
    fi
    # Most of a test's time is waiting for a disk's syncs, which prove nothing where no power is cut.
    ! may_lie_in_memory || exec unshare --mount "$0" in-memory
    told everything
    ;;
in-memory) # in mounts of its own
    mount -t tmpfs -o mode=1777 anchang /tmp
    told everything
    ;;
lint)
    export ANCHANG_NIGHTLY=1 # the analyzer too
    told alone house style cppcheck tidy
    ;;
fuzz) fuzz_one "$2" "${3:-}" ;; # one, for stage_fuzz
stage)
    if [ $# -lt 2 ]; then
        printf '%s\n' "${FIRST[@]}" "${COMPUTING[@]}" "${WAITING[@]}"
        exit 0
    fi
    stage_exists "$2" || {
        echo "stages.sh: no stage $2" >&2
        exit 2
    }
    "stage_$2"
    ;;
*)
    echo "stages.sh: test [nightly] | lint | stage [NAME]" >&2
    exit 2
    ;;
esac
