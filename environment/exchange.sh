#!/usr/bin/env bash
# Exchanges weights with the reference code of every family; see usage below.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

REFERENCES=${BACKBONELAB_REFERENCES:-$TARGET/references}
PYTHON=${BACKBONELAB_PYTHON:-/usr/bin/python3}

usage() {
    cat << 'EOF'
Usage: environment/exchange.sh

A tiny network of every family travels as safetensors: from timm, torchvision or the authors' code to the toolkit, and
from the toolkit back, where it is loaded with strict=True. Both times the logits must agree to 1e-4 of their range.
ConvNeXt V2 travels from its authors' code too: fine-tuned, and as FCMAE saves its sparse encoder.

  BACKBONELAB_REFERENCES  folder with the checkouts timm, MogaNet, UniRepLKNet, TransNeXt and ConvNeXt-V2; those that are
                          missing are cloned from GitHub (default: target/references)
  BACKBONELAB_PYTHON      a Python with torch and torchvision (default: /usr/bin/python3 with the Debian packages
                          python3-torch and python3-torchvision)
EOF
}

# Name, repository and commit of a reference.
checkout() {
    local folder=$REFERENCES/$1
    if [[ ! -d $folder ]]; then
        echo "fetching $1"
        git init -q "$folder.part"
        git -C "$folder.part" fetch -q --depth 1 "https://github.com/$2" "$3"
        git -C "$folder.part" -c advice.detachedHead=false checkout -q FETCH_HEAD
        mv "$folder.part" "$folder"
    fi
}

python() {
    "$PYTHON" "$ROOT/toolkit/src/test/golden/make_exchange.py" "$REFERENCES/timm" "$REFERENCES/MogaNet" \
        "$REFERENCES/UniRepLKNet" "$REFERENCES/TransNeXt/classification" "$REFERENCES/ConvNeXt-V2" "$@"
}

main() {
    case ${1:-} in
        "") ;;
        *)
            usage
            [[ $1 == --help || $1 == -h ]] || fail "unknown argument '$1'; it takes none" 2
            exit 0
            ;;
    esac
    "$PYTHON" -c 'import torch, torchvision' 2> /dev/null ||
        fail "$PYTHON has no torch and torchvision; install python3-torch and python3-torchvision or set BACKBONELAB_PYTHON"
    has_jdk || fail "a JDK of version 17 or later is needed; JAVA_HOME or PATH leads to none"
    mkdir -p "$REFERENCES"
    checkout timm huggingface/pytorch-image-models aa4b5850c1543fa488abf260f18390eda46cf85d
    checkout MogaNet Westlake-AI/MogaNet 386b548c5f0b0287b45c04397aa4ef46a28f7a26
    checkout UniRepLKNet AILab-CVC/UniRepLKNet b5677d8fb0e7b8af61eac39c1bf02727f5afc1d5
    checkout TransNeXt DaiShiResearch/TransNeXt c8a99743b60ac94ac8d2bf66ffe164a440dcfe21
    checkout ConvNeXt-V2 facebookresearch/ConvNeXt-V2 2553895753323c6fe0b2bf390683f5ea358a42b9
    cd "$ROOT"
    echo "building toolkit and tests"
    mvn -q -B -Dstyle.color=never -Dmdep.includeScope=test -Dmdep.outputFile=target/test-classpath.txt \
        -pl toolkit test-compile dependency:build-classpath
    local folder
    folder=$(mktemp -d)
    # shellcheck disable=SC2064 # the folder's name is known now
    trap "rm -rf '$folder'" EXIT
    mkdir "$folder/toolkit"
    python --write "$folder/references"
    "$JAVA" -cp "toolkit/target/test-classes:toolkit/target/classes:$(< toolkit/target/test-classpath.txt)" \
        org.backbonelab.testing.Exchange "$folder/references" "$folder/toolkit"
    python --check "$folder/toolkit"
    echo "every family: same logits both ways"
}

main "$@"
