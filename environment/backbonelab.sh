#!/usr/bin/env bash
# The toolkit's command line: list, run, report, download. See: environment/backbonelab.sh --help
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# shellcheck disable=SC2119 # its arguments are packages, of which this needs no more
set_up >&2
export BACKBONELAB_RESULTS=${BACKBONELAB_RESULTS:-$TARGET/results/${SCALE:-laptop}}
export BACKBONELAB_COMMITTED=${BACKBONELAB_COMMITTED:-$ROOT/notebooks/results}
exec "$JAVA" "@$JAVA_ARGUMENTS" org.backbonelab.Main "$@"
