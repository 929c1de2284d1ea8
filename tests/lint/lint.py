#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a source tree against the rules of the house; prints one line per violation and fails when there is any.

    lint.py ROOT

The exceptions of allow_list.txt, one `rule path` a line, are meant to stay none.
"""
import os
import re
import sys
from pathlib import Path

import house

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
# Written in halves so that this file does not find itself.
MARKED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK", "NO" + "COMMIT"]) + r")\b")
CONFLICT = re.compile(r"^(?:<{7}|>{7}|={7})(?: |$)", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.$}/:-])/(?:home|root|work|wt|Users|mnt|media|opt|srv)/\w")


class Tree:
    """The files of a source tree, each read once."""

    def __init__(self, root):
        self.root = Path(root)
        self.texts = {}
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in house.SKIPPED_FOLDERS)
            for name in sorted(set(names) - house.SKIPPED_FOLDERS):
                path = Path(folder, name)
                data = path.read_bytes()
                if b"\0" not in data[:4096]:
                    self.texts[path.relative_to(self.root).as_posix()] = data.decode("utf-8", "replace")

    def exists(self, path):
        return path in self.texts


def kind(path):
    name = path.rsplit("/", 1)[-1]
    return ".txt:CMakeLists" if name == "CMakeLists.txt" else os.path.splitext(name)[1]


def room(path):
    """(side, room): ("core", "gate"), ("ui", "pages"), ("tests", "gate"), ("app", "console"), ("bench", "")."""
    parts = path.split("/")
    if parts[0] in ("core", "ui", "tests", "app"):
        return parts[0], parts[1] if len(parts) > 2 else ""
    return parts[0], ""


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_room_include(path, name, tree):
    """A quoted include names a room and a header, and the room stands no lower than the one that includes it."""
    side, mine = room(path)
    if side not in ("core", "ui", "app", "tests", "bench"):
        return
    where = {"core": ["core"], "ui": ["ui", "core"], "app": ["app", "ui", "core"], "tests": ["tests", "ui", "core"],
             "bench": ["bench", "core"]}[side]
    if path.startswith("tests/ui/console/"):
        where.insert(1, "app")
    found = next((base for base in where if tree.exists(f"{base}/{name}")), None)
    if found is None:
        if not re.search(r"(^|/)ui_\w+\.h$|\.moc$|^moc_", name):
            yield "include", f'"{name}" names no room and header of the tree'
        return
    theirs = name.split("/")[0]
    if found == "core" and side == "core" and mine != theirs:
        if house.CORE_ROOMS.index(theirs) > house.CORE_ROOMS.index(mine):
            yield "room-order", f"{mine} uses {theirs}, which stands below it"
    if found == "ui" and side == "ui" and mine != theirs:
        if house.UI_ROOMS.index(theirs) > house.UI_ROOMS.index(mine):
            yield "room-order", f"ui/{mine} uses ui/{theirs}, which stands below it"
    if found == "core" and side == "ui" and theirs not in house.CORE_SEEN_BY_UI:
        yield "room-order", f"ui uses core/{theirs}; it sees only {', '.join(sorted(house.CORE_SEEN_BY_UI))}"


def check_foreign_include(path, name):
    """A library's header is included only in the room that owns the library."""
    side, mine = room(path)
    if name in house.STANDARD or name in house.SYSTEM or name.startswith("linux/"):
        return
    if re.match(r"Q[A-Z]|Qt", name):
        if side != "ui" and not path.startswith("app/console/") and not path.startswith("tests/ui/"):
            yield "foreign-header", f"<{name}> belongs to ui/ and app/console/"
        return
    prefix = max((p for p in house.THIRD_PARTY if name.startswith(p)), key=len, default=None)
    if prefix is None:
        yield "foreign-header", f"<{name}> belongs to nobody; say in tests/lint/house.py who owns it"
        return
    owners = house.THIRD_PARTY[prefix]
    if not owners & {"*", path, side, mine}:
        yield "foreign-header", f"<{name}> belongs to {', '.join(sorted(owners))}"


def check_includes(path, text, tree):
    for match in INCLUDE.finditer(text):
        quoted = match[1] == '"'
        found = check_room_include(path, match[2], tree) if quoted else check_foreign_include(path, match[2])
        for rule, message in found:
            yield line_of(text, match.start()), rule, message


def check_licence(path, text):
    side, _ = room(path)
    licence = "GPL-3.0-only" if side == "ui" or path.startswith("app/console/") else "Apache-2.0"
    lines = text.split("\n", 2)
    line = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    if not re.match(rf"^\W*SPDX-License-Identifier: {re.escape(licence)}\W*$", line):
        yield 1, "spdx", f"the first line must be SPDX-License-Identifier: {licence}"


def check_text(path, text):
    for match in CONFLICT.finditer(text):
        if not (match[0].startswith("=") and kind(path) == ".md"):
            yield line_of(text, match.start()), "conflict", "a merge conflict was left behind"
    if path.startswith("LICENSES/"):
        return
    for match in MARKED.finditer(text):
        yield line_of(text, match.start()), "unfinished", f"{match[0]}: finish it or leave it out"
    for match in MACHINE_PATH.finditer(text):
        yield line_of(text, match.start()), "machine-path", f"{match[0]}… is a path of one machine"


def check_file(path, text, tree):
    suffix = kind(path)
    if suffix in (".cpp", ".h"):
        yield from check_includes(path, text, tree)
    if suffix == ".h" and "#pragma once" not in text:
        yield 1, "pragma-once", "a header begins with #pragma once"
    if suffix in house.CODE and text.count("\n") >= house.MOST_LINES:
        yield house.MOST_LINES, "size", f"{text.count(chr(10))} lines; {house.MOST_LINES} are two files"
    if suffix in house.WITH_LICENCE:
        yield from check_licence(path, text)
    yield from check_text(path, text)


def read_allowed(tree):
    lines = tree.texts.get("tests/lint/allow_list.txt", "").splitlines()
    return {tuple(line.split()) for line in lines if line.strip() and not line.startswith("#")}


def lint(root):
    """All violations as (path, line, rule, message), those of the allow-list left out."""
    tree = Tree(root)
    allowed = read_allowed(tree)
    return [(path, line, rule, message) for path, text in tree.texts.items()
            for line, rule, message in check_file(path, text, tree) if (rule, path) not in allowed]


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = lint(sys.argv[1])
    for path, line, rule, message in found:
        print(f"{path}:{line}: {rule}: {message}")
    print(f"{len(found)} violations" if found else "the house is in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
