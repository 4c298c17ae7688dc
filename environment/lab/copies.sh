# shellcheck shell=bash
# Copies of the notebooks that people work in, so that what is in git stays as it is. Sourced after common.sh.

hash_of() {
    sha256sum < "$1" | cut -c 1-64
}

# Brings the copies up to date. One that is as it was made is made anew when its notebook has changed; one that was
# edited, or saved with new outputs, stays.
copy_notebooks() {
    local notebook name copy made
    # Not below target, which may be deleted at any time: what a user wrote may not.
    WORKSPACE=${BACKBONELAB_WORKSPACE:-$ROOT/workspace}
    mkdir -p "$WORKSPACE/.made"
    for notebook in "$ROOT"/notebooks/*.ipynb; do
        [[ -f $notebook ]] || continue
        name=$(basename "$notebook")
        copy=$WORKSPACE/$name
        made=$(cat "$WORKSPACE/.made/$name" 2> /dev/null || true)
        if [[ ! -e $copy || $(hash_of "$copy") == "$made" ]]; then
            if [[ ! -e $copy || $(hash_of "$notebook") != "$made" ]]; then
                put "$copy" < "$notebook"
                hash_of "$copy" | put "$WORKSPACE/.made/$name"
            fi
        elif [[ $(hash_of "$notebook") != "$made" && $(hash_of "$notebook") != $(hash_of "$copy") ]]; then
            echo "$copy has changes of yours and stays as it is; notebooks/$name is another by now. To get that \
one, rename yours and start again"
        fi
    done
}
