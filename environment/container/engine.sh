#!/usr/bin/env bash
# Loads DJL's engine and computes with it; prints what was loaded.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

# shellcheck disable=SC2119 # its arguments are packages, of which this needs no more
set_up >&2
exec "$JAVA" "@$JAVA_ARGUMENTS" "$ROOT/environment/container/EngineCheck.java"
