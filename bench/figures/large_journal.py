#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a large journal costs: writing it, restarting on it (also after kill -9), and the first page of its decisions.

    large_journal.py [--bin build/release/bin] [--rows 4000000] [--starts 5] [--folder .]

make_journal writes the store; `signalbox serve` is started on it again and again, and the time from its start to its `listening`
line is taken, after a peaceful end and after kill -9. Then decisions.query asks for the newest page of 100.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/flow"))
from control_socket import ControlSocket  # noqa: E402

CONFIG = """version: 1
name: bench
workers: 1
store: { kind: sqlite, path: signalbox.db }
upstreams: [ { name: u, api: openai, base_url: "http://127.0.0.1:9/v1", models: [ { id: m } ] } ]
tiers: [ { name: local, deployments: [u/m], timeout: 5s }, { name: mid, deployments: [u/m], timeout: 5s }, { name: frontier, deployments: [u/m], timeout: 5s } ]
policy: policy.yaml
"""


def memory(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def start(folder, program):
    """(process, its addresses by name, milliseconds to its listening line)"""
    began = time.perf_counter()
    process = subprocess.Popen([program, "serve", "--config", folder / "signalbox.yaml", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               env=os.environ | {"XDG_STATE_HOME": str(folder / "state")})
    line = process.stdout.readline()
    took = (time.perf_counter() - began) * 1000
    if not line.startswith("listening"):
        sys.exit("the router did not start")
    return process, dict(word.split("=", 1) for word in line.split()[1:]), took


def show(what, values, unit="ms"):
    print(f"{what}: median {statistics.median(values):.1f} {unit}, {min(values):.1f}–{max(values):.1f}, n={len(values)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin")
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the store goes; not in memory")
    arguments = parser.parse_args()
    program = arguments.bin / "signalbox"
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        (folder / "signalbox.yaml").write_text(CONFIG)
        (folder / "policy.yaml").write_text("workloads: [ { name: all, route: { strategy: cascade } } ]\n")
        made = subprocess.run([arguments.bin / "make_journal", folder / "signalbox.db", str(arguments.rows)], check=True, capture_output=True, text=True)
        print(f"{os.cpu_count()} cores; journal: {made.stdout.strip()}")
        process = None
        for how, what in ((signal.SIGTERM, "start after a peaceful end"), (signal.SIGKILL, "start after kill -9")):
            times = []
            for _ in range(arguments.starts):
                process, _, took = start(folder, program)
                times.append(took)
                time.sleep(0.5)
                process.send_signal(how)
                process.wait()
            show(what, times[1:] if how == signal.SIGKILL else times)  # the first of these follows a peaceful end
        process, urls, _ = start(folder, program)
        token = (folder / "state/signalbox/control-token").read_text().strip()
        with ControlSocket(urls["control"], token, 120) as socket:
            times, paged, size = [], [], 0
            for _ in range(20):
                began = time.perf_counter()
                page = socket.call("decisions.query", {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "limit": 100})
                times.append((time.perf_counter() - began) * 1000)
                began = time.perf_counter()
                socket.call("decisions.query", {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "limit": 100, "before": page["next"]})
                paged.append((time.perf_counter() - began) * 1000)
                size = len(json.dumps(page))
                time.sleep(0.2)
        print(f"first page: {len(page['items'])} decisions, {size / 1024:.0f} KiB of JSON")
        show("decisions.query, first page, the first time", times[:1])
        show("decisions.query, first page, from then on", times[1:])
        show("decisions.query, second page", paged)
        print(f"router's memory with that journal: {memory(process):.1f} MiB")
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
