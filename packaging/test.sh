#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds everything with warnings as errors, and runs every test. Data sets that are too large to be
# part of the project are looked for in $SIGNALBOX_DATA; without it the tests that need them say that they were skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/install.sh build test bench
cmake --preset dev
cmake --build --preset dev
ctest --preset dev -j "$(nproc)"
