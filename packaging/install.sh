#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# install.sh GROUP…  Installs the packages of these groups of packages.txt; says nothing when all are there.
set -euo pipefail
cd "$(dirname "$0")"

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The first of a|b that is installed, else the first that can be.
pick() {
  local name
  for name in ${1//|/ }; do installed "$name" && echo "$name" && return; done
  for name in ${1//|/ }; do apt-cache show "$name" >/dev/null 2>&1 && echo "$name" && return; done
  echo "${1%%|*}"
}

wanted() {
  local group name
  while read -r group name; do
    [[ " $* " == *" $group "* ]] && echo "$name"
  done < <(grep -v '^#' packages.txt) | sort -u
}

all_there() {
  local names name found
  while read -r names; do
    found=no
    for name in ${names//|/ }; do installed "$name" && found=yes && break; done
    [ $found = yes ] || return 1
  done < <(wanted "$@")
}

[ $# -gt 0 ] && [ -n "$(wanted "$@")" ] || { echo "usage: install.sh GROUP… (groups of packages.txt)" >&2; exit 2; }
command -v dpkg-query >/dev/null || { echo "install.sh: this is no Debian; install what packages.txt names by hand" >&2; exit 1; }
all_there "$@" && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install.sh: run as root or install sudo" >&2; exit 1; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
packages=()
while read -r names; do packages+=("$(pick "$names")"); done < <(wanted "$@")
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
