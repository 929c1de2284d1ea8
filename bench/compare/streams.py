#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A thousand streams at once, 50 tokens a second each: directly, through nginx `proxy_pass` and through the router, in one run.

    streams.py [--signalbox build/release/bin/signalbox] [--tool build/release/bin/paced_streams]
               [--streams 1000] [--rate 50] [--tokens 500] [--rounds 1] [--gate prefix]

nginx has one worker and `proxy_buffering off`, the router one worker, its gate and its durable journal on. A chunk's time is from the
upstream's send to the client's read; the first ten of a stream, which the gate may hold, are left out of it. CPU is that of the proxy's
processes, over the whole run, by chunk. The three take turns; figures are medians of the rounds. Prints a Markdown table.
"""
import argparse
import contextlib
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import setting
from compare import ROOT

SKIP = 10


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def processes(folder, port):
    """Ids of the processes whose command line or listening port is of this proxy."""
    found = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True, check=True).stdout.split()
    names = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() for pid in found if Path(f"/proc/{pid}").exists()}
    masters = [pid for pid, name in names.items() if port in name and int(pid) != os.getpid()]
    children = [child for pid in masters for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*masters, *children]


def drive(arguments, port, key):
    body = setting.request("stream")
    command = [arguments.tool, "drive", str(port), str(arguments.streams), str(SKIP), key, body]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"port {port}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/release/bin/signalbox")
    parser.add_argument("--tool", type=Path, default=ROOT / "build/release/bin/paced_streams")
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--tokens", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--gate", choices=["prefix", "whole", "off"], default="prefix")
    arguments = parser.parse_args()
    for program in (arguments.signalbox, arguments.tool):
        if not program.exists():
            sys.exit(f"{program} is not built")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        os.chmod(folder, 0o755)
        key = secrets.token_urlsafe(24)
        upstream, proxy, data = (setting.free_port() for _ in range(3))
        server = subprocess.Popen([arguments.tool, "serve", str(upstream), str(arguments.rate), str(arguments.tokens)])
        stack.callback(lambda: (server.terminate(), server.wait()))
        setting.start_nginx(stack, folder, "proxy", setting.proxy_server(proxy, upstream))
        setting.start_router(stack, folder, arguments.signalbox, key, data, {"whole": upstream, "stream": upstream}, arguments.gate)
        ports = {"direct": upstream, "nginx": proxy, "signalbox": data}
        deadline = time.monotonic() + 15
        for port in ports.values():
            while subprocess.run(["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"], capture_output=True, check=False).returncode:
                if time.monotonic() > deadline:
                    raise SystemExit(f"nothing listens on {port}")
                time.sleep(0.05)
        time.sleep(1)
        rounds = {who: [] for who in ports}
        for _ in range(arguments.rounds):
            for who, port in ports.items():
                pids = processes(folder, {"nginx": "proxy.conf", "signalbox": "signalbox.yaml"}[who]) if who != "direct" else []
                before, began = cpu_seconds(pids), time.monotonic()
                figures = drive(arguments, port, key)
                chunks = arguments.streams * (arguments.tokens + 3)
                figures["cpu_us"] = (cpu_seconds(pids) - before) * 1e6 / chunks
                figures["core"] = (cpu_seconds(pids) - before) / (time.monotonic() - began)
                rounds[who].append(figures)
    print(f"{os.cpu_count()} cores; {arguments.streams} streams of {arguments.tokens} tokens at {arguments.rate} a second, gate {arguments.gate}, "
          f"{arguments.rounds} round(s)\n")
    print("| way | chunk's time p50 / p99 / p99.9 | added p50 / p99 | longest gap | CPU a chunk | of one core | streams complete |\n|---|---|---|---|---|---|---|")
    middle = lambda who, what: statistics.median(one[what] for one in rounds[who])
    for who in ports:
        times = [middle(who, what) for what in ("p50_us", "p99_us", "p999_us")]
        added = [times[0] - middle("direct", "p50_us"), times[1] - middle("direct", "p99_us")]
        cpu = "" if who == "direct" else f"{middle(who, 'cpu_us'):.1f} µs"
        core = "" if who == "direct" else f"{middle(who, 'core') * 100:.0f} %"
        print(f"| {who} | {times[0]:.0f} / {times[1]:.0f} / {times[2]:.0f} µs | {added[0]:.0f} / {added[1]:.0f} µs | {middle(who, 'longest_gap_ms'):.0f} ms | {cpu} | {core} | "
              f"{sum(one['complete'] for one in rounds[who])} |")
    print(f"\nCPU a chunk, signalbox ÷ nginx: {middle('signalbox', 'cpu_us') / middle('nginx', 'cpu_us'):.2f}")


if __name__ == "__main__":
    main()
