#!/usr/bin/env bash
# Opens the notebooks in JupyterLab, or in Debian's classic notebook where there is no JupyterLab, with the Java kernel
# installed. Further arguments go to Jupyter. BACKBONELAB_IP changes the address it listens on, 127.0.0.1.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Jupyter asks for a token unless it is told otherwise; it is part of the address that is printed.
options=(--ip="${BACKBONELAB_IP:-127.0.0.1}")
if ((EUID == 0)); then
    options+=(--allow-root)
fi
if [[ ! -t 0 ]]; then
    # Without a terminal nobody can confirm that Ctrl-C is meant.
    options+=(-y)
fi

if command -v jupyter-lab > /dev/null; then
    set_up
    server=(jupyter-lab)
else
    set_up jupyter-notebook
    server=("$JUPYTER_BIN/jupyter-notebook")
fi
# Jupyter writes the token into files that all may read, and relies on the folder being its user's alone.
export JUPYTER_RUNTIME_DIR=$TARGET/jupyter/runtime
mkdir -p "$TARGET/jupyter"
mkdir -m 700 "$JUPYTER_RUNTIME_DIR" 2> /dev/null || chmod 700 "$JUPYTER_RUNTIME_DIR" \
    || fail "$JUPYTER_RUNTIME_DIR holds Jupyter's token and has to be yours alone; delete it"
export BACKBONELAB_RESULTS=${BACKBONELAB_RESULTS:-$TARGET/results/${SCALE:-laptop}}
cd "$ROOT/notebooks"
exec "${server[@]}" "${options[@]}" "$@"
