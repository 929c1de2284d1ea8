#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the programs take when nothing happens, and what the simulator gives.

    idle.py [--bin build/release/bin] [--rows 20000] [--seconds 5] [--connections 10000]

Memory (resident) of an idle router, of one with so many idle connections that each had an answer, and of the console, offscreen, attached to a demo with at least --rows decisions; requests per
second of `signalbox simulate` with one worker under wrk, whole answers and streams of 20 tokens.
"""
import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/figures"))
sys.path.insert(0, str(ROOT / "bench/compare"))
import setting  # noqa: E402
from large_journal import CONFIG, memory, start  # noqa: E402


def idle_router(folder, program, connections):
    (folder / "signalbox.yaml").write_text(CONFIG)
    (folder / "policy.yaml").write_text("workloads: [ { name: all, route: { strategy: cascade } } ]\n")
    process, urls, took = start(folder, program)
    time.sleep(5)
    print(f"idle router, 1 worker, empty journal: {memory(process):.1f} MiB; ready after {took:.0f} ms")
    with contextlib.ExitStack() as open_ones:
        host, port = urls["data"].removeprefix("http://").split(":")
        for _ in range(connections):
            one = open_ones.enter_context(socket.create_connection((host, int(port)), 5))
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost:" + port.encode() + b"\r\n\r\n")
            if not one.recv(1000).startswith(b"HTTP/1.1 200"):
                sys.exit("a connection was not answered")
        time.sleep(2)
        held = len(os.listdir(f"/proc/{process.pid}/fd"))
        print(f"with {connections:,} idle connections, each after one answer: {memory(process):.1f} MiB; it has {held:,} descriptors open")
    process.terminate()
    process.wait()


def console(stack, folder, bin_folder, rows):
    rate = 10
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    environment = os.environ | {"XDG_RUNTIME_DIR": str(runtime), "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(folder / "config")}
    demo = subprocess.Popen([bin_folder / "signalbox", "demo", "--rate", str(rate), "--history", f"{rows * 2 // rate}s"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    stack.callback(lambda: (demo.terminate(), demo.wait()))
    control = next(line for line in demo.stdout if line.startswith("listening ")).split("control=")[1].strip()
    said = ""
    while "(consoles)" not in said:
        said += demo.stderr.readline()
    made = int(re.search(r"(\d+) made-up decisions", said).group(1))
    token = Path(re.search(r"\(clients\), (\S+) \(consoles\)", said).group(1)).read_text().strip()
    program = subprocess.Popen([bin_folder / "signalbox-console", "--attach", control, "--token-env", "DEMO_TOKEN"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment | {"DEMO_TOKEN": token})
    stack.callback(lambda: (program.terminate(), program.wait()))
    time.sleep(20)
    if program.poll() is not None:
        sys.exit("the console ended")
    print(f"console attached to a router with {made:,} decisions and {rate}/s more, Overview shown for 20 s: {memory(program):.1f} MiB; "
          f"that demo's router, upstreams and traffic: {memory(demo):.1f} MiB")


def simulator(stack, folder, program, seconds):
    prompt = json.loads(setting.request("stream"))["messages"][0]["content"]
    record = {"correct": 1, "reply": "word " * 20, "output_tokens": 20, "token_prob": 0.9}
    (folder / "rows.jsonl").write_text(json.dumps({"id": "r", "set": "b", "task": "t", "prompt": prompt, "models": {"small": record}}) + "\n")
    process = subprocess.Popen([program, "simulate", "--outcomes", folder / "rows.jsonl", "--model", "small"], stdout=subprocess.PIPE, text=True)
    stack.callback(lambda: (process.terminate(), process.wait()))
    url = process.stdout.readline().split()[1].removeprefix("data=")
    for mode in setting.MODES:
        setting.write_script(folder, mode, setting.request(mode).replace(f"auto:{mode}", "small"), "none")
        rate, _, _, requests = setting.wrk(folder, url, mode, 32, seconds)
        print(f"simulate, 1 worker, {mode}, 32 connections: {rate:,.0f} requests/s ({requests:,} in {seconds} s, wrk on the same cores)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        print(f"{os.cpu_count()} cores")
        idle_router(folder, arguments.bin / "signalbox", arguments.connections)
        simulator(stack, folder, arguments.bin / "signalbox", arguments.seconds)
        if (arguments.bin / "signalbox-console").exists():
            console(stack, folder, arguments.bin, arguments.rows)


if __name__ == "__main__":
    main()
