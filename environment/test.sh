#!/usr/bin/env bash
# Every check there is: Maven's, the kernel's, the scripts', and all notebooks at SCALE=quick.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step() {
    printf '\n== %s\n' "$1"
}

tool() {
    "$JUPYTER_BIN/python3" "$ROOT/environment/notebooks.py" "$@"
}

set_up python3-jupyter-kernel-test shellcheck
cd "$ROOT"

step "shell scripts"
shellcheck -x environment/*.sh environment/container/*.sh environment/lab/*.sh binder/*.sh .ci/*

step "toolkit and kernel: mvn verify"
mvn -B verify

step "a Spark cluster of this machine"
environment/cluster.sh start 2
environment/cluster.sh status
environment/cluster.sh stop

step "dependencies"
"$JUPYTER_BIN/python3" environment/dependencies.py check

if [[ -n ${BACKBONELAB_REFERENCES:-} ]]; then
    step "weights to and from timm"
    environment/exchange.sh
fi

step "kernel over a Jupyter client"
"$JUPYTER_BIN/python3" -W ignore -m unittest discover -s environment/kernel/src/test/python

step "notebook tools"
"$JUPYTER_BIN/python3" -m unittest discover -s environment/tests

step "committed notebooks, and what the READMEs say of them"
tool check --committed notebooks/*.ipynb
"$JUPYTER_BIN/python3" environment/findings.py notebooks README.md notebooks/README.md

step "the cheapest committed row of each study, trained again"
# Two at a time, each with one thread, as workers train them; libtorch's threads lose much time where cores are not free.
basename -s .jsonl notebooks/results/*.jsonl \
    | BACKBONELAB_THREADS=1 xargs -P 2 -I STUDY environment/backbonelab.sh run --again STUDY:cheapest

step "all notebooks at scale quick"
fresh=$(mktemp -d "$TARGET/test-results.XXXXXX")
trap 'rm -rf "$fresh"' EXIT
SCALE=quick BACKBONELAB_RESULTS=$fresh environment/run.sh all
tool check "$TARGET"/notebooks/quick/*.ipynb

if [[ ${BACKBONELAB_LAB_TESTS:-} == 1 ]]; then
    step "JupyterLab in a browser"
    environment/lab/test.sh
fi

step "all checks passed"
