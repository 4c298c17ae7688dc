#!/usr/bin/env bash
# Writes a static site to target/pages: the committed notebooks as pages, an index with what they find, and the Javadoc.
# Nothing is executed or trained. With --no-javadoc the Javadoc is left out.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

commit() {
    local commit
    commit=$(git -C "$ROOT" rev-parse --short HEAD 2> /dev/null) || commit=unknown
    [[ -z $(git -C "$ROOT" status --porcelain --untracked-files=no 2> /dev/null) ]] || commit+=" with changes"
    echo "$commit"
}

main() {
    local wanted=(esbuild libjs-katex)
    case ${1:-} in
        '' | --no-javadoc) ;;
        *) fail "unknown argument '$1'; there is --no-javadoc" 2 ;;
    esac
    command -v node > /dev/null || wanted+=(nodejs)
    set_up "${wanted[@]}"
    "$JUPYTER_BIN/python3" "$ROOT/environment/pages/pages.py" --classpath "$(cat "$LIBRARY/classpath")" \
        --out "$TARGET/pages" --commit "$(commit)" "$ROOT"/notebooks/[0-9][0-9]_*.ipynb
    if [[ ${1:-} != --no-javadoc ]]; then
        rm -rf "$TARGET/pages/javadoc"
        (cd "$ROOT" && javadoc -quiet -Xdoclint:none -notimestamp -d "$TARGET/pages/javadoc" \
            -classpath "$(cat "$LIBRARY/classpath")" -sourcepath toolkit/src/main/java -subpackages org.backbonelab)
    fi
    echo "open $TARGET/pages/index.html"
}

main "$@"
