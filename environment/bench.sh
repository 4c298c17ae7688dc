#!/usr/bin/env bash
# Runs the benchmark; see usage below.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat << 'EOF'
Usage: environment/bench.sh [vit|resnet|convnext|zoo|adamw|optimizers|hessian|fcmae|data|start|resident|processes|python|cell]...
       [option]...

Measures the training core side by side with DJL's stock blocks, TorchScript and JavaCPP PyTorch, all in one run, and
writes bench/report.md. Without a word it measures everything, in about half an hour on two idle cores. The first run
downloads 260 MB of native libraries. Linux on x86-64 only. The part zoo compares with modules that bench/modules.py
writes: it needs Debian's python3-torch and python3-torchvision.

Two parts are measured only where they are named. python: the steps of the three networks beside plain PyTorch in Python,
eager and compiled. cell: a whole training of the optimizer study as a process, beside a script in PyTorch. Their first
run downloads PyTorch for Python, 2.6 GB, to target/bench/python. They need Debian's python3-venv, g++ and python3-dev,
and cell dataset-fashion-mnist.

  --generations=3  how often the processes of a network are started anew
  --rounds=4       turns of each process, at least
  --steps=3        steps a turn
  --threads=2      threads of each contender
  --patience=60    seconds to wait, before each turn, for other processes to calm down
  --python=PATH    another Python with torch for the parts python and cell; nothing is then downloaded
  --report=FILE    the file to write
  --help           this text
EOF
}

# A copy of the jars, so that building again never changes them beneath a benchmark that runs.
build_bench() {
    FOLDER=$TARGET/bench
    mkdir -p "$FOLDER"
    echo "building toolkit and benchmark"
    mvn -q -B -Dstyle.color=never -Pbench -Dmaven.test.skip=true -Dmdep.includeScope=runtime \
        -Dmdep.outputFile=target/classpath.txt -pl toolkit,bench package dependency:build-classpath
    cp toolkit/target/backbone-lab-toolkit-*.jar "$FOLDER/toolkit.jar"
    cp bench/target/backbone-lab-bench-*.jar "$FOLDER/bench.jar"
    sed "s#$ROOT/toolkit/target/[^:]*#$FOLDER/toolkit.jar#" bench/target/classpath.txt > "$FOLDER/classpath"
}

# Once: 600 MB, in a minute.
write_modules() {
    local modules=$TARGET/bench/modules
    [[ ! -f $modules/complete ]] || return 0
    /usr/bin/python3 -c 'import torchvision' 2> /dev/null \
        || fail "the part zoo needs python3-torch and python3-torchvision: sudo apt-get install python3-torchvision"
    echo "writing TorchScript modules to $modules"
    /usr/bin/python3 "$ROOT/bench/modules.py" "$modules"
    touch "$modules/complete"
}

# Once: PyTorch in a virtual environment of its own, in the versions that bench/python/requirements.txt names.
make_python() {
    local venv=$TARGET/bench/python requirements=$ROOT/bench/python/requirements.txt
    cmp --silent "$requirements" "$venv/complete" && return 0
    /usr/bin/python3 -c 'import ensurepip, venv' 2> /dev/null \
        || fail "the parts python and cell need python3-venv: sudo apt-get install python3-venv"
    echo "downloading PyTorch for Python to $venv"
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" || fail "no virtual environment could be made at $venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-deps --requirement "$requirements" \
        || fail "PyTorch for Python could not be downloaded, see above; --python=PATH takes a Python that has torch"
    "$venv/bin/python3" -c 'import torch' || fail "PyTorch for Python was downloaded, but cannot be imported, see above"
    cp "$requirements" "$venv/complete"
}

# torch.compile writes C++ that includes Python.h.
check_compiler() {
    local header='import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
    { command -v g++ && "$1" -c "$header"; } > /dev/null \
        || fail "torch.compile needs a C++ compiler and Python's headers: sudo apt-get install g++ python3-dev"
}

main() {
    local argument zoo=yes python=no interpreter=
    for argument in "$@"; do
        [[ $argument == --* ]] || zoo=no
    done
    for argument in "$@"; do
        case $argument in
            zoo)
                zoo=yes
                ;;
            python | cell)
                python=yes
                ;;
            --python=*)
                interpreter=${argument#--python=}
                ;;
            --help | -h)
                usage
                exit 0
                ;;
        esac
    done
    has_jdk || fail "a JDK of version 17 or later is needed; JAVA_HOME or PATH leads to none"
    command -v mvn > /dev/null || fail "Maven is needed, and there is no mvn on PATH"
    cd "$ROOT"
    build_bench
    [[ $zoo == no ]] || write_modules
    if [[ $python == yes ]]; then
        [[ -n $interpreter ]] || make_python
        check_compiler "${interpreter:-$TARGET/bench/python/bin/python3}"
    fi
    exec "$JAVA" -cp "$FOLDER/bench.jar:$(< "$FOLDER/classpath")" org.backbonelab.bench.Bench "$@"
}

main "$@"
