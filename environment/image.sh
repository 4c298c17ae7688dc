#!/usr/bin/env bash
# Builds and tests the container images without a Docker daemon; see usage below.
# shellcheck disable=SC2317 # traps call functions
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=environment/machine.sh
source "$ROOT/environment/machine.sh"

IMAGE=localhost/backbone-lab
BASE=docker.io/library/debian:bookworm
HOME_INSIDE=/home/jovyan/backbone-lab

usage() {
    cat << EOF
Usage: environment/image.sh build [BUILD-ARGUMENT=VALUE]... | test [CHECK]... | binder [STUDY|all]... | clean

Works with buildah alone: no daemon, no user namespaces; as root. The images lie in target/containers.

  build    builds the Dockerfile. GPU=no leaves CUDA's libraries out
  test     runs the built image as its user: libtorch on a host without a GPU, the choice of the GPU's build before a
           stand-in for the driver, a notebook at quick scale, JupyterLab with and without its token; all of it, or the
           checks named: user cpu gpu notebook lab
  binder   builds binder/Dockerfile, then runs the studies named, or all, at laptop scale in 2 GB of memory, and trains
           one committed cell again
  clean    removes target/containers

The base is $BASE, or one made by debootstrap where no registry of images can be reached.
BACKBONELAB_MIRROR names another Debian mirror for that.
EOF
}

BUILDAH=(buildah --root "$TARGET/containers/storage" --runroot "$TARGET/containers/run" --storage-driver vfs)

say() {
    printf '\n== %s\n' "$1"
}

# Sets BASE to an image that is here.
ensure_base() {
    local made=localhost/backbone-lab-base container
    if "${BUILDAH[@]}" inspect --type image "$made" > /dev/null 2>&1; then
        BASE=$made
    elif ! timeout 120 "${BUILDAH[@]}" pull --quiet "$BASE" 2> /dev/null; then
        echo "$BASE cannot be fetched from here"
        container=$("${BUILDAH[@]}" from scratch)
        bootstrap bookworm "$("${BUILDAH[@]}" mount "$container")"
        "${BUILDAH[@]}" commit --quiet --rm "$container" "$made"
        BASE=$made
    fi
}

# Arguments: name of the image, Dockerfile, build arguments.
build_image() {
    local image=$1 file=$2 argument options=() begun=$SECONDS
    shift 2
    for argument in "$@"; do
        [[ $argument == *=* ]] || fail "'$argument' is no build argument; they look like GPU=no" 2
        options+=(--build-arg "$argument")
    done
    ensure_base
    # One layer: vfs keeps a whole copy of each.
    "${BUILDAH[@]}" build --isolation chroot --layers=false --build-arg "BASE=$BASE" "${options[@]}" \
        --tag "$image" --file "$file" "$ROOT"
    "${BUILDAH[@]}" images --filter "reference=$image"
    echo "built in $((SECONDS - begun)) s"
}

open_container() {
    CONTAINER=$("${BUILDAH[@]}" from "$1") || fail "there is no image $1; build it with: environment/image.sh build" 2
    WORK=$(mktemp -d)
    trap close_container EXIT
}

close_container() {
    # A JupyterLab that a failed check left behind.
    jobs -p | xargs -r kill
    wait
    "${BUILDAH[@]}" rm "$CONTAINER" > /dev/null
    rm -rf "$WORK"
}

# Runs a command in the container as the image's user, through its entry point. Options for buildah come before --.
inside() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    "${BUILDAH[@]}" run --isolation chroot "${options[@]}" "$CONTAINER" -- "$HOME_INSIDE/environment/container/start.sh" "$@"
}

# Fails unless a file has a line that matches.
expect() {
    grep -qE -- "$2" "$1" || fail "expected '$2' in this output: $(tail -n 20 "$1")"
    grep -E -- "$2" "$1"
}

check_user() {
    say "the image's user"
    inside -- id > "$WORK/user" 2> "$WORK/errors"
    expect "$WORK/user" '^uid=[1-9][0-9]*\(jovyan\)'
}

check_cpu() {
    say "a host without a GPU"
    inside -- environment/container/engine.sh > "$WORK/cpu" 2>&1 || fail "the engine does not load: $(tail -n 20 "$WORK/cpu")"
    expect "$WORK/cpu" '^libtorch: cpu, as '
    expect "$WORK/cpu" '^loaded .*/\.djl\.ai/.*libtorch_cpu\.so'
    expect "$WORK/cpu" '^PyTorch 2\.7\.1 on cpu'
    expect "$WORK/cpu" '^computes$'
    if inside --env PYTORCH_FLAVOR=cu999 -- true 2> "$WORK/cpu"; then
        fail "PYTORCH_FLAVOR=cu999 was taken"
    fi
    expect "$WORK/cpu" 'it can be cpu or cu128'
}

# A library named like the driver's that has the names libtorch asks for and does nothing. It shows that the choice is
# made and that the GPU's libraries load and fit together; it is no GPU, and the engine then computes on the CPU.
make_stand_in() {
    local libraries=$1
    command -v gcc > /dev/null || install_packages gcc libc6-dev
    {
        echo 'int cuInit(unsigned flags) { return 0; }'
        echo 'int cuDeviceGetCount(int *count) { *count = 1; return 0; }'
        echo 'int cuDriverGetVersion(int *version) { *version = 12060; return 0; }'
        # 100: no device.
        nm -D --undefined-only "$libraries/libcaffe2_nvrtc.so" \
            | awk '$2 ~ /^cu[A-Z]/ {print "int " $2 "(void) { return 100; }"}'
    } > "$WORK/driver.c"
    mkdir "$WORK/driver"
    gcc -shared -fPIC -Wl,-soname,libcuda.so.1 -o "$WORK/driver/libcuda.so.1" "$WORK/driver.c"
    chmod -R a+rX "$WORK"
}

check_gpu() {
    local torch
    torch=$("${BUILDAH[@]}" mount "$CONTAINER")/opt/torch/torch/lib
    if [[ ! -d $torch ]]; then
        say "this image has no CUDA: nothing to choose"
        return
    fi
    say "a host with a stand-in for NVIDIA's driver"
    make_stand_in "$torch"
    inside --volume "$WORK/driver:/mnt:ro" --env LD_LIBRARY_PATH=/mnt -- environment/container/engine.sh > "$WORK/gpu" 2>&1 \
        || fail "the engine does not load: $(tail -n 20 "$WORK/gpu")"
    expect "$WORK/gpu" '^libtorch: cu128, as the NVIDIA driver, of CUDA 12\.6, shows 1 GPU'
    expect "$WORK/gpu" '^loaded /opt/torch/torch/lib/libtorch_cuda\.so'
    expect "$WORK/gpu" '^loaded .*cu128.*libdjl_torch\.so'
    expect "$WORK/gpu" '^CUDA runtime 126'
    expect "$WORK/gpu" '^computes$'
}

check_notebook() {
    say "a notebook at quick scale"
    inside --env SCALE=quick -- environment/run.sh nfnet > "$WORK/notebook" 2>&1 \
        || fail "the notebook failed: $(tail -n 30 "$WORK/notebook")"
    expect "$WORK/notebook" '^nfnet +ok '
    # The static figures need Chromium.
    grep -q '"image/png"' "$("${BUILDAH[@]}" mount "$CONTAINER")$HOME_INSIDE"/target/notebooks/quick/*nfnet*.ipynb \
        || fail "the notebook has no static figures: Chromium did not draw them"
}

# The HTTP status of a page of the server.
status_of() {
    curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' "$@" || true
}

check_lab() {
    local port=18888 token status address
    say "JupyterLab"
    command -v curl > /dev/null || install_packages curl
    address=http://127.0.0.1:$port
    inside -- environment/lab.sh --port="$port" --ServerApp.port_retries=0 --no-browser > "$WORK/lab" 2>&1 &
    for _ in {1..300}; do
        token=$(sed -n 's/.*127\.0\.0\.1:'"$port"'\/lab?token=\([0-9a-f]*\).*/\1/p' "$WORK/lab" | head -n 1)
        [[ -z $token ]] || break
        sleep 1
    done
    [[ -n $token ]] || fail "JupyterLab does not start: $(tail -n 20 "$WORK/lab")"
    status=$(status_of "$address/api/contents")
    [[ $status == 403 ]] || fail "without the token JupyterLab answers $status, not 403"
    echo "without the token: $status"
    status=$(status_of --header "Authorization: token $token" "$address/api/contents")
    [[ $status == 200 ]] || fail "with the token JupyterLab answers $status, not 200"
    echo "with the token: $status"
    curl --silent --noproxy '*' --header "Authorization: token $token" "$address/api/kernelspecs" > "$WORK/kernels"
    expect "$WORK/kernels" '"java"' > /dev/null
    status_of --request POST --header "Authorization: token $token" "$address/api/shutdown" > /dev/null
    wait "$!" || fail "JupyterLab did not end well: $(tail -n 20 "$WORK/lab")"
}

test_image() {
    local check
    (($#)) || set -- user cpu gpu notebook lab
    for check in "$@"; do
        [[ $(type -t "check_$check") == function ]] || fail "unknown check '$check'; it can be user, cpu, gpu, notebook or lab" 2
    done
    open_container "$IMAGE"
    for check in "$@"; do
        "check_$check"
    done
    say "the image passed: $*"
}

test_binder() {
    build_image "$IMAGE-binder" "$ROOT/binder/Dockerfile"
    CONTAINER=$("${BUILDAH[@]}" from "$IMAGE-binder")
    WORK=$(mktemp -d)
    trap close_container EXIT
    say "Binder's 2 GB"
    "${BUILDAH[@]}" run --isolation chroot "$CONTAINER" -- binder/test.sh "$@"
}

main() {
    local task=${1:-}
    case $task in
        build | test | binder | clean) shift ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "unknown task '$task'; it can be build, test, binder or clean" 2 ;;
    esac
    require_root "building an image"
    command -v buildah > /dev/null || install_packages buildah
    mkdir -p "$TARGET"
    case $task in
        build) build_image "$IMAGE" "$ROOT/Dockerfile" "$@" ;;
        test) test_image "$@" ;;
        binder) test_binder "$@" ;;
        clean) rm -rf --one-file-system "$TARGET/containers" ;;
    esac
}

main "$@"; exit
