#!/usr/bin/env bash
# The image's entry point: chooses libtorch for the machine that the container runs on, says which and why, and starts
# the command.
#
# On a GPU it is PyPI's, below TORCH_FOLDER; its path may not be a link, or DJL loads nothing from it in advance. Without
# one it is the CPU build of DJL's own jar, which all tests run on: PyPI's would load all of CUDA for nothing, and the
# GPU flavour does not load at all where there is no libcuda.so.1.
set -euo pipefail

choose() {
    local folder=${TORCH_FOLDER:-/opt/torch}/torch/lib why
    if [[ -n ${PYTORCH_FLAVOR:-} ]]; then
        why="PYTORCH_FLAVOR asks for it"
    elif [[ ! -d $folder ]]; then
        PYTORCH_FLAVOR=cpu why="this image has no CUDA"
    elif why=$(python3 "$(dirname "$0")/driver.py"); then
        PYTORCH_FLAVOR=cu128
    else
        PYTORCH_FLAVOR=cpu
    fi
    case $PYTORCH_FLAVOR in
        cpu) unset PYTORCH_LIBRARY_PATH PYTORCH_VERSION ;;
        cu128)
            if [[ ! -d $folder ]]; then
                echo "PYTORCH_FLAVOR is cu128, but this image was built with GPU=no and has no $folder" >&2
                exit 2
            fi
            export PYTORCH_LIBRARY_PATH=$folder PYTORCH_VERSION=2.7.1
            ;;
        *)
            echo "PYTORCH_FLAVOR is '$PYTORCH_FLAVOR'; it can be cpu or cu128, or be left out" >&2
            exit 2
            ;;
    esac
    export PYTORCH_FLAVOR
    echo "libtorch: $PYTORCH_FLAVOR, as $why" >&2
}

choose
exec "$@"
