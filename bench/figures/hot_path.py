#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where the worker's time goes: CPU a request beside nginx's in one run, and the functions that take most of it.

    hot_path.py [--signalbox build/release/bin/signalbox] [--seconds 6] [--concurrency 32] [--top 25] [--of whole stream]

The setting is that of bench/compare/compare.py: gate on, durable journal on, one worker. CPU is what the kernel charged to the
worker's thread, to the other threads of the router, and to nginx's worker, in turns. The functions are those that `perf record` met
in the worker, by their own time, callees left out. Wants `perf` and the rights to use it. Prints Markdown tables.
"""
import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "compare"))
import setting  # noqa: E402
from compare import ROOT, awake  # noqa: E402

ROUNDS = 5
REPORT_LINE = re.compile(r"^\s*([\d.]+)%\s+(\d+)\s+(\S+)\s+\[([.k])\]\s+(.+?)(?:\s{2,}.*)?$")


def ticks(stat):
    """User and kernel time of a process or thread, in seconds."""
    fields = Path(stat).read_text().rsplit(")", 1)[1].split()
    return [int(fields[i]) / os.sysconf("SC_CLK_TCK") for i in (11, 12)]


def worker_threads(pid):
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread that the worker starts inherits its name: the worker is the one that has done more.
        if (task / "comm").read_text().startswith("worker-0"):
            yield task


def nginx_worker(folder):
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if str(folder / "proxy.conf") in Path(f"/proc/{parent}/cmdline").read_text():
                return entry
    raise SystemExit("nginx does not run")


def spent(folder, target, mode, concurrency, seconds, stats):
    """Microseconds of CPU a request that each of `stats` was charged, user and kernel."""
    before = [ticks(stat) for stat in stats]
    requests = setting.wrk(folder, target, mode, concurrency, seconds)[3]
    return [[(now - then) * 1e6 / requests for now, then in zip(ticks(stat), old)] for stat, old in zip(stats, before)], requests


def plain(symbol):
    """A function's name without its arguments, templates and the project's own namespace."""
    name = symbol.split(" [clone")[0].replace("(anonymous namespace)::", "").replace("[abi:cxx11]", "")
    if "Frame*)" in name:  # the body of a coroutine bears its own name twice
        name = name.split("(")[0] + " (coroutine)"
    depth, out = 0, ""
    for c in name:
        depth += c == "<"
        if depth == 0:
            out += c
        depth -= c == ">"
    return re.sub(r"\(.*\)( const)?$", "", out).replace("signalbox::", "").strip()


def hottest(folder, target, mode, arguments, thread):
    record = folder / "perf.data"
    with subprocess.Popen(["perf", "record", "-q", "-F", "2999", "-t", thread, "-o", str(record), "sleep", str(arguments.seconds)]) as perf:
        setting.wrk(folder, target, mode, arguments.concurrency, arguments.seconds + 1)
        perf.wait()
    report = subprocess.run(["perf", "report", "-i", str(record), "--stdio", "--sort", "dso,symbol", "-n", "-g", "none"], capture_output=True, text=True,
                            check=True).stdout
    found = [match.groups() for match in map(REPORT_LINE.match, report.splitlines()) if match]
    samples = sum(int(count) for _, count, *_ in found)
    kernel = sum(int(count) for _, count, _, where, _ in found if where == "k")
    print(f"\n{mode}: {samples:,} samples, {kernel / samples:.0%} of them in the kernel.\n\n| own time | samples | function | in |\n|---|---|---|---|")
    for share, count, program, where, symbol in found[:arguments.top]:
        print(f"| {share}% | {count} | `{plain(symbol)}` | {'kernel' if where == 'k' else program} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/release/bin/signalbox")
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--of", nargs="+", choices=setting.MODES, default=setting.MODES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        targets = setting.start(stack, folder, arguments.signalbox, "off")
        pid = setting.router_pid(folder)
        with awake():
            print("| answers | rounds | worker, user + kernel | journal and others | nginx's worker, user + kernel | worker / nginx |\n|---|---|---|---|---|---|")
            for mode in arguments.of:
                setting.wrk(folder, targets["signalbox"][mode], mode, arguments.concurrency, 1)
                thread = max(worker_threads(pid), key=lambda task: sum(ticks(task / "stat")))
                rounds = []
                for _ in range(ROUNDS):
                    (worker, whole), _ = spent(folder, targets["signalbox"][mode], mode, arguments.concurrency, 2, [thread / "stat", f"/proc/{pid}/stat"])
                    (nginx,), _ = spent(folder, targets["nginx"][mode], mode, arguments.concurrency, 2, [nginx_worker(folder) / "stat"])
                    rounds.append([*worker, sum(whole) - sum(worker), *nginx, sum(worker) / sum(nginx)])
                user, system, others, nginx_user, nginx_system, ratio = (statistics.median(column) for column in zip(*rounds))
                low, high = min(r[-1] for r in rounds), max(r[-1] for r in rounds)
                print(f"| {mode} | {ROUNDS} | {user:.1f} + {system:.1f} µs | {others:.1f} µs | {nginx_user:.1f} + {nginx_system:.1f} µs | {ratio:.2f} ({low:.2f}–{high:.2f}) |")
        for mode in arguments.of:
            hottest(folder, targets["signalbox"][mode], mode, arguments, thread.name)


if __name__ == "__main__":
    main()
