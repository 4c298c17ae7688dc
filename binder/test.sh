#!/usr/bin/env bash
# What a visitor of Binder does, in the 2 GB that there are there: with JupyterLab running, executes the studies named, or
# all, at laptop scale from the committed rows, and trains one cell. Runs inside the image of binder/Dockerfile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
LIMIT=2048

# In memory's order: a study after the other, each with a kernel of its own, beside the server.
visit() {
    local folder=target/visit
    mkdir -p "$folder"
    jupyter-lab --no-browser --port=18889 > "$folder/lab.log" 2>&1 &
    # shellcheck disable=SC2064 # this server
    trap "kill $!" EXIT
    environment/run.sh "$@"
    cat target/notebooks/laptop/*.ipynb | grep -oE '[0-9]+ / [0-9]+ cells \([0-9]+ read back, [0-9]+ trained' | sort -u \
        > "$folder/progress"
    cat "$folder/progress"
    if grep -qv ', 0 trained' "$folder/progress" || [[ ! -s $folder/progress ]]; then
        echo "cells were trained that should have been read back; their committed rows are missing or not of today" >&2
        exit 1
    fi
    echo "training one cell"
    train "$folder"
}

# A notebook of two cells, as a visitor would write it.
train() {
    cat > "$1/visit.ipynb" << 'EOF'
{"cells": [
  {"cell_type": "code", "id": "a", "execution_count": null, "metadata": {}, "outputs": [], "source":
    "import static org.backbonelab.notebook.Notebook.*;\nimport org.backbonelab.results.*;\nimport org.backbonelab.study.*;"},
  {"cell_type": "code", "id": "b", "execution_count": null, "metadata": {}, "outputs": [], "source":
    "Results results = Study.of(\"visit\", \"fashion-mnist\").images(4000, 1000, 2000).backbones(\"resnet_micro\").optimizers(\"adamw\").vary(\"epochs\", 1).seeds(0).run(progress(\"visit\"));\nresults.table().print();"}],
 "metadata": {"kernelspec": {"display_name": "Java", "language": "java", "name": "java"}}, "nbformat": 4, "nbformat_minor": 5}
EOF
    BACKBONELAB_RESULTS=$PWD/$1/results jupyter-nbconvert --to notebook --execute --log-level WARN --output-dir "$1" \
        --output trained "$1/visit.ipynb"
    grep -oE '1 / 1 cells \(0 read back, 1 trained' "$1/trained.ipynb" | head -n 1
}

if [[ ${1:-} == --inside ]]; then
    shift
    visit "$@"
else
    export SCALE=laptop
    exec python3 binder/limit.py "$LIMIT" "$0" --inside "$@"
fi
