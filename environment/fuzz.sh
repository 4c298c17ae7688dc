#!/usr/bin/env bash
# Fuzzes what reads files that someone else may have made; see usage below.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

KINDS=(a-idx3-ubyte a.gz test_batch.bin a.png a.jpg a.safetensors a.npz a.ckpt a.jsonl cell.json)

usage() {
    cat << EOF
Usage: environment/fuzz.sh [seconds] [kind]...

Reads changed files of each kind, for so many seconds each (60), with Jazzer, which looks for inputs that reach new code.
Whatever is neither read nor refused with a sentence ends it, with the input in target/fuzz/<kind>: make a test of it.
What was found to reach new code stays in target/fuzz/<kind>/corpus for the next run.
Kinds: ${KINDS[*]}
EOF
}

build_target() {
    echo "building toolkit and tests"
    mvn -q -B -Dstyle.color=never -Pfuzz -pl toolkit -Dmdep.outputFile=target/fuzz-classpath.txt \
        test-compile dependency:build-classpath
    # A copy, so that building again changes nothing beneath it.
    rm -rf "$FUZZ/classes"
    mkdir -p "$FUZZ/classes"
    cp -r toolkit/target/classes toolkit/target/test-classes "$FUZZ/classes"
    CLASSPATH=$FUZZ/classes/classes:$FUZZ/classes/test-classes:$(< toolkit/target/fuzz-classpath.txt)
}

# One kind; prints what came of it.
fuzz() {
    local kind=$1 folder=$FUZZ/$1 log=$FUZZ/$1/log
    mkdir -p "$folder/corpus"
    if (cd "$folder" && "$JAVA" -Xmx2g -XX:-OmitStackTraceInFastThrow -Djava.awt.headless=true -Djava.io.tmpdir="$folder/tmp" \
        -cp "$CLASSPATH" com.code_intelligence.jazzer.Jazzer --target_class=org.backbonelab.FuzzTarget \
        --target_args="$kind" '--instrumentation_includes=org.backbonelab.**' \
        '--custom_hook_includes=org.backbonelab.**' --reproducer_path="$folder" \
        -max_total_time="$SECONDS_EACH" -timeout=25 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$folder/" corpus) > "$log" 2>&1; then
        printf '%-16s %s inputs, %s kept, none broke the promise\n' "$kind" "$(stat_of number_of_executed_units)" \
            "$(find "$folder/corpus" -type f | wc -l)"
    else
        printf '%-16s FAILED, see %s:\n' "$kind" "$log"
        grep -m 1 -A 3 -E '^== Java Exception|ERROR: ' "$log" || tail -n 3 "$log"
        return 1
    fi
}

stat_of() {
    sed -n "s/^stat::$1: *//p" "$log"
}

main() {
    if [[ ${1:-} == --help || ${1:-} == -h ]]; then
        usage
        return
    fi
    SECONDS_EACH=${1:-60}
    [[ $SECONDS_EACH =~ ^[1-9][0-9]*$ ]] || fail "seconds are '$SECONDS_EACH', expected a whole number of 1 or more" 2
    shift $(($# > 0))
    local kinds=("${KINDS[@]}") kind failed=0
    (($# == 0)) || kinds=("$@")
    for kind in "${kinds[@]}"; do
        [[ " ${KINDS[*]} " == *" $kind "* ]] || fail "no kind of file is named $kind; there are ${KINDS[*]}" 2
    done
    check_path
    FUZZ=$TARGET/fuzz
    cd "$ROOT"
    build_target
    for kind in "${kinds[@]}"; do
        mkdir -p "$FUZZ/$kind/tmp"
    done
    "$JAVA" -Djava.awt.headless=true -cp "$CLASSPATH" org.backbonelab.FuzzTarget "$FUZZ"
    for kind in "${kinds[@]}"; do
        fuzz "$kind" || failed=1
    done
    return $failed
}

main "$@"
