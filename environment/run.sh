#!/usr/bin/env bash
# Executes the study notebooks from the command line; see usage below.
# shellcheck disable=SC2317 # traps call functions
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A notebook NN_name_more.ipynb is the study "name"; the number gives the order.
find_studies() {
    local path notebook study
    declare -gA NOTEBOOKS=()
    STUDIES=()
    for path in "$ROOT"/notebooks/[0-9][0-9]_*.ipynb; do
        [[ -f $path ]] || fail "there is no notebook NN_name.ipynb in $ROOT/notebooks"
        notebook=$(basename "$path" .ipynb)
        study=${notebook#*_}
        study=${study%%_*}
        [[ -z ${NOTEBOOKS[$study]:-} ]] || fail "notebooks/${NOTEBOOKS[$study]}.ipynb and notebooks/$notebook.ipynb are both \
the study '$study'; the word after the number has to differ"
        NOTEBOOKS[$study]=$notebook
        STUDIES+=("$study")
    done
}

usage() {
    cat << EOF
Usage: [SCALE=quick|laptop|paper] environment/run.sh [--save] [STUDY|all]...

Sets up what is missing, builds the toolkit if it has changed, and executes the notebooks of the named studies, or all.
Leaves the executed notebook, a self-contained HTML page and the result CSV in target/notebooks/<SCALE>/.

  STUDY    one of ${STUDIES[*]}: the word after the number in a notebook's name
  --save   also write the notebook, its figures and its CSV to notebooks/, in the form that is committed
  --help   this text

environment/README.md lists the environment variables.
EOF
}

parse_arguments() {
    SAVE=no
    local chosen=()
    for argument in "$@"; do
        case $argument in
            --help | -h)
                usage
                exit 0
                ;;
            --save) SAVE=yes ;;
            all) chosen+=("${STUDIES[@]}") ;;
            *)
                [[ -n $argument && -n ${NOTEBOOKS[$argument]:-} ]] \
                    || fail "unknown study '$argument'; choose one of ${STUDIES[*]} all" 2
                chosen+=("$argument")
                ;;
        esac
    done
    if [[ ${#chosen[@]} -gt 0 ]]; then
        STUDIES=("${chosen[@]}")
    fi
    if [[ $SAVE == yes && -n ${DATASET:-} ]]; then
        fail "DATASET is $DATASET; what is committed is of the studies' own data sets, so --save goes without it" 2
    fi
    check_scale
    export SCALE=${SCALE:-laptop}
    CELL_TIMEOUT=-1
    if [[ $SCALE == quick ]]; then
        CELL_TIMEOUT=1800
    fi
}

# Results are read by the toolkit in the kernel, whose working folder is notebooks/: the path has to be absolute.
prepare_folders() {
    OUTPUT=$TARGET/notebooks/$SCALE
    BACKBONELAB_RESULTS=${BACKBONELAB_RESULTS:-$TARGET/results/$SCALE}
    mkdir -p "$OUTPUT" "$BACKBONELAB_RESULTS" 2> /dev/null \
        || fail "the results folder $BACKBONELAB_RESULTS cannot be created; set BACKBONELAB_RESULTS to one you may write" 2
    [[ -w $BACKBONELAB_RESULTS ]] \
        || fail "the results folder $BACKBONELAB_RESULTS is not writable; set BACKBONELAB_RESULTS to one you may write" 2
    BACKBONELAB_RESULTS=$(cd "$BACKBONELAB_RESULTS" && pwd)
    export BACKBONELAB_RESULTS
    # Jupyter's own files stay away from the home folder; the name is this run's alone, so its kernels can be told.
    mkdir -p "$TARGET/jupyter"
    tidy_up
    JUPYTER_RUNTIME_DIR=$(mktemp -d "$TARGET/jupyter/runtime.$$.XXXXXX")
    export JUPYTER_RUNTIME_DIR JUPYTER_CONFIG_DIR=$TARGET/jupyter/config JUPYTER_DATA_DIR=$TARGET/jupyter/data
    trap clean_up EXIT
    trap 'stop INT 130' INT
    trap 'stop TERM 143' TERM
}

# Removes the folders of runs that were killed; the number in a folder's name is that of its run's process.
tidy_up() {
    local folder pid
    for folder in "$TARGET"/jupyter/runtime.*.*; do
        pid=${folder##*/runtime.}
        pid=${pid%%.*}
        if [[ $pid =~ ^[0-9]+$ && ! -e /proc/$pid ]]; then
            rm -rf "$folder"
        fi
    done
}

clean_up() {
    rm -rf "$JUPYTER_RUNTIME_DIR"
}

# The process numbers of this run's kernels: Java processes that have this run's folder in their environment.
kernels() {
    local folder
    for folder in /proc/[0-9]*; do
        if [[ $(cat "$folder/comm" 2> /dev/null) == java ]] && grep -qaF "$JUPYTER_RUNTIME_DIR" "$folder/environ" 2> /dev/null; then
            echo "${folder#/proc/}"
        fi
    done
}

# Ends nbconvert, which saves what it has and shuts its kernel down; makes sure that none is left.
stop() {
    trap '' INT TERM
    if [[ -n ${CHILD:-} ]]; then
        kill -INT -- "-$CHILD" 2> /dev/null || true
        for _ in {1..50}; do
            [[ -n $(kernels) ]] || kill -0 "$CHILD" 2> /dev/null || break
            sleep 0.2
        done
        kill -KILL -- "-$CHILD" 2> /dev/null || true
        for pid in $(kernels); do
            kill -KILL "$pid" 2> /dev/null || true
        done
    fi
    echo "interrupted; finished cells are kept in $BACKBONELAB_RESULTS and read back by the next run" >&2
    exit "$2"
}

# Runs a command in a process group of its own, so that an interrupt reaches it once and through stop.
run_child() {
    set -m
    "$@" &
    CHILD=$!
    set +m
    local status=0
    wait "$CHILD" || status=$?
    CHILD=
    return "$status"
}

execute() {
    local name=$1
    PYTHONPATH=$ROOT/environment run_child "$JUPYTER_BIN/jupyter-nbconvert" --to notebook --log-level WARN \
        --NotebookExporter.preprocessors=executor.Executor \
        --Executor.enabled=True \
        --Executor.partial="$OUTPUT/$name.ipynb" \
        --Executor.timeout="$CELL_TIMEOUT" \
        --Executor.startup_timeout=120 \
        --Executor.record_timing=False \
        --output-dir "$OUTPUT" "$ROOT/notebooks/$name.ipynb"
}

# Debian's nbconvert refers to scripts by file: addresses. Figures need none of them, formulas need MathJax.
to_html() {
    "$JUPYTER_BIN/jupyter-nbconvert" --to html --log-level WARN \
        --HTMLExporter.require_js_url= \
        --HTMLExporter.mathjax_url='https://cdn.jsdelivr.net/npm/mathjax@2.7.7/MathJax.js?config=TeX-AMS_CHTML-full,Safe' \
        --output-dir "$OUTPUT" "$OUTPUT/$1.ipynb"
    tool html "$OUTPUT/$1.html"
}

tool() {
    "$JUPYTER_BIN/python3" "$ROOT/environment/notebooks.py" "$@"
}

# The cells of a study as JSON lines, and the table that shows them; where a fourth argument is given, only those that
# are newer than that file: the results folder may hold tables of an earlier run.
copy_tables() {
    local table
    for table in "$2/$1.csv" "$2/$1.jsonl"; do
        if [[ -f $table && (-z ${4:-} || $table -nt $4) ]]; then
            cp "$table" "$3/"
        fi
    done
}

save() {
    local name=$1 study=$2
    mkdir -p "$ROOT/notebooks/results" \
        && tool strip "$OUTPUT/$name.ipynb" "$ROOT/notebooks/$name.ipynb" \
        && tool figures "$OUTPUT/$name.ipynb" "$ROOT/notebooks/figures" \
        && copy_tables "$study" "$OUTPUT" "$ROOT/notebooks/results"
}

run_study() {
    local study=$1 name file begun=$SECONDS status=ok
    name=${NOTEBOOKS[$study]}
    echo "$study: executing notebooks/$name.ipynb at scale $SCALE"
    rm -f "$OUTPUT/$name".{ipynb,html} "$OUTPUT/$study".csv "$OUTPUT/$study".jsonl
    touch "$JUPYTER_RUNTIME_DIR/begun"
    execute "$name" || status=FAILED
    copy_tables "$study" "$BACKBONELAB_RESULTS" "$OUTPUT" "$JUPYTER_RUNTIME_DIR/begun"
    if [[ -f $OUTPUT/$name.ipynb ]]; then
        to_html "$name" || status=FAILED
    fi
    if [[ $status == ok && $SAVE == yes ]]; then
        save "$name" "$study" || status=FAILED
    fi
    SUMMARY+=("$(printf '%-10s  %-6s  %d s' "$study" "$status" $((SECONDS - begun)))")
    for file in "$OUTPUT/$name".{ipynb,html} "$OUTPUT/$study.csv"; do
        [[ ! -f $file ]] || SUMMARY+=("    $file")
    done
    [[ $status == ok ]]
}

# A function, so that bash has read the whole script before hours of work begin, in which the file may change.
main() {
    local study failed=0
    find_studies
    parse_arguments "$@"
    # shellcheck disable=SC2119 # our arguments are not its
    set_up
    prepare_folders
    SUMMARY=()
    for study in "${STUDIES[@]}"; do
        run_study "$study" || failed=1
    done
    printf '%s\n' "${SUMMARY[@]}"
    exit "$failed"
}

main "$@"
