#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the headless router twice: once to count what its code does under load, then optimised for what was counted. The program
# is then build/profiled/bin/signalbox. Wants GCC; takes about twice as long as a release build without the console.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/install.sh build bench
export CCACHE_DISABLE=1  # it would have to know what was counted
build() {
  cmake --preset release -B build/profiled -DSIGNALBOX_CONSOLE=OFF -DSIGNALBOX_BENCHES=OFF "-DSIGNALBOX_PROFILE=$1"
  cmake --build build/profiled --target signalbox
}
rm -rf build/profiled  # counts of another source would mislead
build generate
bench/train.py --signalbox build/profiled/bin/signalbox
build use
