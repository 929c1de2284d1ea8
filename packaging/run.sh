#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds what users run, and starts it: the console on the simulated sample, or with --headless the
# same router without a window. Other arguments go to signalbox-console, e.g. --config signalbox.yaml or --attach URL.
set -euo pipefail
here="$(pwd)"
cd "$(dirname "$0")/.."

packaging/install.sh build
cmake --preset release -DSIGNALBOX_BENCHES=OFF >&2
cmake --build --preset release >&2
console="$(pwd)/build/release/bin/signalbox-console"

headless=no
own=no
for argument in "$@"; do
  case "$argument" in
    --headless) headless=yes ;;
    --config* | --attach* | --demo | --help | --version) own=yes ;;
  esac
done
arguments=("$@")
[ $own = yes ] || arguments+=(--demo)
if [ $headless = no ] && [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
  echo "run.sh: there is no display; serving without a window" >&2
  arguments+=(--headless)
fi
cd "$here"
exec "$console" "${arguments[@]}"
