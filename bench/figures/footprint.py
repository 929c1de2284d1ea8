#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much code a request runs through: instructions, the cache lines and pages that hold them, and how many lines caches lack.

    footprint.py [--signalbox build/release/bin/signalbox] [--requests 300] [--of whole stream] [--top 0]

One client after the other, so that between two requests everything may have left the caches: then a line that is touched once costs
as much as many instructions. The setting is that of bench/compare/compare.py; valgrind counts, so that the figures hardly depend on
machine and load; its processor has no instructions for hashing, which is told apart. Lines and pages are those of instructions that
the worker runs at least as often as in two requests of three. Lacked are lines of code that are not in a cache of 32 KiB, or neither
there nor in one of 512 KiB, with the worker alone on its processor. Prints a Markdown table. Wants valgrind.
"""
import argparse
import collections
import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "compare"))
import setting  # noqa: E402
from compare import ROOT  # noqa: E402

LINE, PAGE = 64, 4096


def ask(target, key, mode, wanted):
    """So many answers of 200, and how many refusals there were: under valgrind the worker may lag and refuse, and is asked again."""
    connection = http.client.HTTPConnection(target.removeprefix("http://"))
    answered, refused = 0, 0
    while answered < wanted:
        connection.request("POST", "/v1/chat/completions", setting.request(mode), {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})
        response = connection.getresponse()
        response.read()
        answered += response.status == 200
        refused += response.status != 200
        if refused > wanted:
            raise SystemExit(f"the router answers {response.status}")
        if response.status != 200:
            time.sleep(0.2)
    return answered, refused


def counted(folder, program, mode, requests):
    """The counts of the busiest thread, {(object, address): [instructions, lacked, lacked by both, function]}, and of how many requests."""
    wrapper = folder / "counting"
    wrapper.write_text(f'#!/bin/sh\nexec valgrind --tool=callgrind --instr-atstart=no --separate-threads=yes --dump-instr=yes --dump-line=no '
                       f'--cache-sim=yes --I1=32768,8,64 --D1=32768,8,64 --LL=524288,8,64 --compress-pos=no --compress-strings=no --callgrind-out-file={folder}/counts.%p {program} "$@"\n')
    wrapper.chmod(0o755)
    with contextlib.ExitStack() as stack:
        targets = setting.start(stack, folder, wrapper, "off")
        url, key, pid = targets["signalbox"][mode], (folder / "key").read_text(), str(setting.router_pid(folder))
        ask(url, key, mode, 50)
        switch = lambda state: subprocess.run(["callgrind_control", "-i", state, pid], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        switch("on")
        asked, refused = ask(url, key, mode, requests)
        if refused:
            raise SystemExit(f"{refused} requests were refused while it was counted: these figures are of something else; run it again on a quiet machine")
        switch("off")
    return read(max(folder.glob("counts.*"), key=lambda path: path.stat().st_size)), asked


def read(path):
    counts, place, function, called = collections.defaultdict(lambda: [0, 0, 0, ""]), "", "", False
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith("events:"):
            events = line.split()[1:]
            wanted = [events.index(event) + 1 for event in ("Ir", "I1mr", "ILmr")]
        elif line.startswith("ob="):
            place = line[3:]
        elif line.startswith("fn="):
            function = line[3:]
        elif line.startswith("calls="):
            called = True  # the next line is the cost of the callee
        elif line.startswith("0x"):
            if not called:
                words = line.split()
                entry = counts[place, int(words[0], 16)]
                for i, at in enumerate(wanted):
                    entry[i] += int(words[at]) if at < len(words) else 0  # zeros at the end are left out
                entry[3] = function
            called = False
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/release/bin/signalbox")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--of", nargs="+", choices=setting.MODES, default=setting.MODES)
    parser.add_argument("--top", type=int, default=0, help="also the functions with the most lines")
    arguments = parser.parse_args()
    print("| answer | requests | instructions | of them hashing | lines of 64 bytes | pages of 4 KiB | lacked by 32 KiB / and by 512 KiB |\n|---|---|---|---|---|---|---|")
    for mode in arguments.of:
        with tempfile.TemporaryDirectory() as name:
            counts, asked = counted(Path(name), arguments.signalbox, mode, arguments.requests)
        usual = {at: entry for at, entry in counts.items() if entry[0] * 3 >= asked * 2}
        lines = {(place, address // LINE): entry[3] for (place, address), entry in usual.items()}
        pages = {(place, address // PAGE) for place, address in usual}
        total, near, far = (sum(entry[i] for entry in counts.values()) for i in range(3))
        hashing = sum(entry[0] for (place, _), entry in counts.items() if os.path.basename(place).startswith("libcrypto"))
        print(f"| {mode} | {asked} | {total / asked:,.0f} | {hashing / asked:,.0f} | {len(lines):,} ({len(lines) * LINE / 1024:.0f} KiB) | {len(pages)} | {near / asked:,.0f} / {far / asked:,.0f} |")
        for function, count in collections.Counter(lines.values()).most_common(arguments.top):
            print(f"| | | | | {count} | | `{function[:120]}` |")


if __name__ == "__main__":
    main()
