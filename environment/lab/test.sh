#!/usr/bin/env bash
# JupyterLab in a real browser: environment/lab/test.sh. Takes Python packages from PyPI; see test_lab.py for its settings.
set -euo pipefail
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
# shellcheck source=environment/lab/venv.sh
source "$ROOT/environment/lab/venv.sh"

# shellcheck disable=SC2119 # our arguments are not its
set_up python3-venv
python_environment requirements-tests.txt || fail "the browser's tests need packages of PyPI, which cannot be had"
exec "$VENV/bin/python" -W ignore "$ROOT/environment/lab/test_lab.py" "$@"
