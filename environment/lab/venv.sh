# shellcheck shell=bash
# Python packages of the browser and its tests, each in an environment of its own below target. Sourced after common.sh.

# Sets VENV to an environment with exactly the packages of a requirements file, which is made if there is none yet.
# Returns 1 where that cannot be done, say without a network; pip has told why.
python_environment() {
    local requirements=$ROOT/environment/lab/$1
    VENV=$TARGET/lab/$(basename "$1" .txt)-$(sha256sum < "$requirements" | cut -c 1-12)
    mkdir -p "$TARGET/lab"
    alone "$VENV.lock" make_environment "$requirements"
}

make_environment() {
    if [[ -f $VENV/complete ]]; then
        return
    fi
    echo "installing the Python packages of environment/lab/$(basename "$1")"
    rm -rf "$VENV"
    # Debian's own: it is what python3-venv belongs to.
    "$(debian_python)" -m venv "$VENV" \
        && "$VENV/bin/pip" install -q --disable-pip-version-check --retries 2 --timeout 30 --no-deps \
            --only-binary :all: --require-hashes -r "$1" \
        && touch "$VENV/complete"
}

debian_python() {
    if [[ -x /usr/bin/python3 ]]; then
        echo /usr/bin/python3
    else
        echo python3
    fi
}
