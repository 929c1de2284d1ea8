#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests per second and added latency of the router beside nginx `proxy_pass`, in one interleaved run on this machine.

    compare.py [--signalbox build/release/bin/signalbox] [--beside NAME=PROGRAM] [--rounds 5] [--seconds 2] [--concurrency 1 32 64]

One upstream (nginx that returns a fixed chat completion with logprobs and usage, whole or as an event stream) is called by wrk
directly, through nginx with one worker (HTTP/1.1, keepalive 64, no access log), and through the router with one worker: gate on,
durable journal on. They take turns in every round, with further builds of the router where there are any; every figure is the median
of the rounds. Prints a Markdown table for each build.
Everything listens on 127.0.0.1 and ends with the script.
"""
import argparse
import contextlib
import multiprocessing
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import setting

ROOT = Path(__file__).resolve().parents[2]


def spin():
    """Keeps a core from sleeping without taking time from anybody who wants it."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    while True:
        pass


@contextlib.contextmanager
def awake():
    spinners = [multiprocessing.Process(target=spin, daemon=True) for _ in range(os.cpu_count() or 1)]
    for spinner in spinners:
        spinner.start()
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.terminate()


def journal_rows(folder):
    """Of what was answered whole."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/signalbox.db?mode=ro", uri=True)) as store:
        return store.execute("SELECT count(*) FROM decisions WHERE outcome = 'ok'").fetchone()[0]


def settled_rows(folder, wanted):
    """The journal's rows once it has written what it was given."""
    deadline = time.monotonic() + 10
    rows = journal_rows(folder)
    while rows < wanted and time.monotonic() < deadline:
        time.sleep(0.1)
        rows = journal_rows(folder)
    return rows


def measure(arguments, folder, targets):
    """{(mode, concurrency, name): [(requests/s, p50, p99), …]} and how many requests each target got."""
    results = {}
    asked = dict.fromkeys(targets, 2)  # the calls that waited for it to come up
    cases = [(mode, c) for mode in setting.MODES for c in arguments.concurrency]
    for mode in setting.MODES:  # the first calls open connections and warm caches
        for name, urls in targets.items():
            asked[name] += setting.wrk(folder, urls[mode], mode, 8, 1)[3]
    for number in range(arguments.rounds):
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
        for mode, concurrency in cases:
            for name, urls in targets.items():
                *figures, requests = setting.wrk(folder, urls[mode], mode, concurrency, arguments.seconds)
                asked[name] += requests
                results.setdefault((mode, concurrency, name), []).append(figures)
    return results, asked


def medians(results):
    return {key: [statistics.median(column) for column in zip(*rounds)] for key, rounds in results.items()}


def spread(results, case, router, figure):
    """The least and the greatest ratio of what both added within a round."""
    rounds = zip(*(results[(*case, name)] for name in ("direct", "nginx", router)))
    ratios = [(ours[figure] - direct[figure]) / (peer[figure] - direct[figure]) for direct, peer, ours in rounds if peer[figure] > direct[figure]]
    return f"{min(ratios):.2f}–{max(ratios):.2f}" if ratios else "–"


def table(results, concurrency, router):
    figures = medians(results)
    print("| answer | connections | nginx req/s | signalbox req/s | ratio (least–greatest of a round) | nginx adds p50 / p99 | signalbox adds p50 / p99 | ratio p50 / p99 | least–greatest of a round | p99 with its way, nginx → signalbox |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for mode in setting.MODES:
        for c in concurrency:
            direct, peer, ours = (figures[mode, c, name] for name in ("direct", "nginx", router))
            added = [[them[i] - direct[i] for i in (1, 2)] for them in (peer, ours)]
            ratios = " / ".join(f"{a / b:.2f}" if b > 0 else "–" for a, b in zip(added[1], added[0]))
            speed = [one[0] / other[0] for one, other in zip(results[mode, c, router], results[mode, c, "nginx"])]
            between = " / ".join(spread(results, (mode, c), router, i) for i in (1, 2))
            print(f"| {mode} | {c} | {peer[0]:,.0f} | {ours[0]:,.0f} | {ours[0] / peer[0]:.2f} ({min(speed):.2f}–{max(speed):.2f}) | "
                  f"{added[0][0]:.0f} / {added[0][1]:.0f} µs | {added[1][0]:.0f} / {added[1][1]:.0f} µs | {ratios} | {between} | {peer[2]:,.0f} → {ours[2]:,.0f} µs, {ours[2] / peer[2]:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/release/bin/signalbox")
    parser.add_argument("--beside", nargs="+", default=[], metavar="NAME=PROGRAM", help="further builds of the router, in turn with it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 32, 64])
    parser.add_argument("--stream-gate", choices=["off", "prefix", "whole"], default="off", help="the gate of streams (default off)")
    arguments = parser.parse_args()
    if not arguments.signalbox.exists():
        sys.exit(f"{arguments.signalbox} is not built: cmake --preset release && cmake --build --preset release")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        others = [(name, Path(program)) for name, program in (pair.split("=", 1) for pair in arguments.beside)]
        targets = setting.start(stack, folder, arguments.signalbox, arguments.stream_gate, others)
        stack.enter_context(awake())
        results, asked = measure(arguments, folder, targets)
        for router in ["signalbox", *(name for name, _ in others)]:
            rows = settled_rows(folder if router == "signalbox" else folder / router, asked[router])
            print(f"\n{router}: {os.cpu_count()} cores; {arguments.rounds} rounds of {arguments.seconds} s each, medians; "
                  f"{asked[router]:,} requests, {rows:,} decisions in its journal that were answered whole.\n")
            table(results, arguments.concurrency, router)
            if rows < asked[router]:
                sys.exit(f"{router}: fewer decisions were answered whole than requests: these figures are of something else")


if __name__ == "__main__":
    main()
