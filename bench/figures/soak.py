#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether memory grows under steady traffic: half of what the router can take, whole answers and streams, for a long time.

    soak.py [--signalbox build/release/bin/signalbox] [--fill 62] [--minutes 30] [--concurrency 32]

The setting is that of bench/compare/compare.py: gate on, durable journal on, one worker. Half load is a second of full load and a
second of none, in turns. The router keeps sums of the newest 3,600 seconds that had requests, so that it grows until there are as
many: --fill is the minutes before the readings begin that count. Resident memory is read at the end of every pause; the slope is
that of a line through the readings that count, with its 95 % interval. Prints a Markdown table.
"""
import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "compare"))
import setting  # noqa: E402
from compare import ROOT, journal_rows  # noqa: E402


def resident(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def slope(points):
    """MiB an hour and half the width of its 95 % interval, by least squares over the means of ten stretches: readings that follow each
    other closely are alike, and do not make it surer one by one."""
    n, wide = 10, 2.306  # and Student's t for as many less two
    parts = [points[len(points) * i // n:len(points) * (i + 1) // n] for i in range(n)]
    points = [tuple(statistics.fmean(column) for column in zip(*part)) for part in parts]
    times, sizes = zip(*points)
    mean_t, mean_s = statistics.fmean(times), statistics.fmean(sizes)
    spread = sum((t - mean_t) ** 2 for t in times)
    rise = sum((t - mean_t) * (s - mean_s) for t, s in points) / spread
    left = sum((s - mean_s - rise * (t - mean_t)) ** 2 for t, s in points)
    return rise * 3600, wide * (left / (n - 2) / spread) ** 0.5 * 3600


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/release/bin/signalbox")
    parser.add_argument("--fill", type=float, default=62)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--concurrency", type=int, default=32)
    arguments = parser.parse_args()
    if not arguments.signalbox.exists():
        sys.exit(f"{arguments.signalbox} is not built")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        targets = setting.start(stack, folder, arguments.signalbox, "prefix")["signalbox"]
        pid = setting.router_pid(folder)
        points, sent = [], 0
        began = time.monotonic()
        turn = 0
        while time.monotonic() - began < (arguments.fill + arguments.minutes) * 60:
            mode = setting.MODES[turn % 2]
            sent += setting.wrk(folder, targets[mode], mode, arguments.concurrency, 1)[3]
            time.sleep(1)
            points.append((time.monotonic() - began, resident(pid)))
            if turn % 300 == 0:
                print(f"{points[-1][0] / 60:.0f} minutes: {points[-1][1]:.1f} MiB", file=sys.stderr, flush=True)
            turn += 1
        rows = journal_rows(folder)
        kept = [(at, size) for at, size in points if at >= arguments.fill * 60]
        rise, doubt = slope(kept)
        print(f"{(time.monotonic() - began) / 60:.0f} minutes, {sent} requests, {rows} rows in the journal, {len(kept)} readings that count\n")
        print("| at the beginning | once the window is full | at the end | most | slope from when it was full |\n|---|---|---|---|---|")
        print(f"| {points[0][1]:.1f} MiB | {kept[0][1]:.1f} MiB | {points[-1][1]:.1f} MiB | {max(size for _, size in points):.1f} MiB | "
              f"{rise:+.2f} ± {doubt:.2f} MiB an hour |")


if __name__ == "__main__":
    main()
