#!/bin/sh
# Chromium's sandbox needs namespaces, which most containers forbid to users; where they do, the container is the sandbox.
unshare --user --map-root-user --pid --net --fork true 2> /dev/null || set -- --no-sandbox "$@"
exec chromium "$@"
