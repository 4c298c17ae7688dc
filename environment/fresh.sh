#!/usr/bin/env bash
# Follows the README's first command on machines that have nothing; see usage below.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=environment/machine.sh
source "$ROOT/environment/machine.sh"

usage() {
    cat << EOF
Usage: environment/fresh.sh [SUITE]... [-- COMMAND...]

Makes a bare Debian of each suite by debootstrap, puts a git clone of the committed state into it and runs there, as
root, what the README tells a newcomer to run. The system is deleted when that passed, and kept when it did not.

  SUITE      bookworm (Debian 12) or trixie (Debian 13); both by default
  COMMAND    in place of: env SCALE=quick environment/run.sh nfnet

BACKBONELAB_MIRROR names another Debian mirror. Takes 3 GB of disk in target/fresh, and about ten minutes a suite.
EOF
}

# Mounts end with the namespace, whatever happens to the command.
inside() {
    local folder=$1 name settings=()
    shift
    # A newcomer has none of our variables; only what leads to package servers is passed on.
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL PIP_CERT MAVEN_ARGS; do
        [[ -z ${!name:-} ]] || settings+=("$name=${!name}")
    done
    # shellcheck disable=SC2016 # expanded by the inner shells
    unshare --mount --pid --fork bash -c '
        # Java asks for the mount that a file is on; a plain folder is none.
        mount --bind "$1" "$1"
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        exec chroot "$@"' inside "$folder" \
        /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "${settings[@]}" \
        sh -c 'cd /root/backbone-lab && exec "$@"' sh "$@"
}

try() {
    local suite=$1 folder begun=$SECONDS
    folder=$TARGET/fresh/$suite.$$
    shift
    bootstrap "$suite" "$folder"
    # git stays outside: the newcomer got the sources somehow.
    git clone --quiet "file://$ROOT" "$folder/root/backbone-lab"
    inside "$folder" "$@" || fail "'$*' failed on a bare $suite; look around with: chroot $folder"
    # shellcheck disable=SC2016 # expanded by the inner shell
    inside "$folder" sh -c '. /etc/os-release && echo "$PRETTY_NAME, $(java --version | head -n 1)"'
    rm -rf --one-file-system "$folder"
    echo "$suite: ok, $((SECONDS - begun)) s"
}

main() {
    local suites=() suite
    while (($#)); do
        case $1 in
            --help | -h)
                usage
                exit 0
                ;;
            --)
                shift
                break
                ;;
            bookworm | trixie) suites+=("$1") ;;
            *) fail "unknown suite '$1'; it can be bookworm or trixie" 2 ;;
        esac
        shift
    done
    ((${#suites[@]})) || suites=(bookworm trixie)
    (($#)) || set -- env SCALE=quick environment/run.sh nfnet
    require_root "making a machine"
    for suite in "${suites[@]}"; do
        try "$suite" "$@"
    done
}

main "$@"; exit
