#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is left of a router's work when four times as much is asked of it as it can do.

    overload.py [--bin build/release/bin] [--in-flight 16] [--latency-ms 50] [--seconds 10] [--times 4] [--check]

A simulated upstream takes its time; the router may ask it --in-flight at once. Capacity is what as many clients get that each wait
for their answer; then requests come --times as often, whether answers come or not (Poisson). Printed are goodput against capacity,
p99 of the answered ones against that at capacity, the time of a refusal at this client and in the router, and the router's memory.
--check: exit status 1 where a figure is missed. Everything is on 127.0.0.1.
"""
import argparse
import asyncio
import contextlib
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Connections:
    """Kept connections to one address; a new one where all are in use."""

    def __init__(self, port, request):
        self.port, self.request, self.free = port, request, []

    async def ask(self, since):
        """Status, and seconds since it should have been sent."""
        reader, writer = self.free.pop() if self.free else await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE).group(1)))
        self.free.append((reader, writer))
        return int(head[9:12]), time.monotonic() - since


def at(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))] if values else float("nan")


async def closed(connections, clients, seconds):
    end, times = time.monotonic() + seconds, []

    async def client():
        while time.monotonic() < end:
            status, took = await connections.ask(time.monotonic())
            if status == 200:
                times.append(took)
    began = time.monotonic()
    await asyncio.gather(*(client() for _ in range(clients)))
    return len(times) / (time.monotonic() - began), times


async def open_loop(connections, rate, seconds, memory):
    chance, tasks, peak = random.Random(1), [], 0
    began = due = time.monotonic()
    while due < began + seconds:
        if due > time.monotonic():
            await asyncio.sleep(due - time.monotonic())
        tasks.append(asyncio.ensure_future(connections.ask(due)))
        due += chance.expovariate(rate)
        if len(tasks) % 500 == 0:
            peak = max(peak, memory())
    answers = await asyncio.gather(*tasks)
    took = time.monotonic() - began
    return answers, took, max(peak, memory())


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def refusals(router, wanted):
    """How long the router itself had each request that it refused, by its journal: seconds."""
    deadline = time.monotonic() + 10
    while True:
        with router.store() as store:
            rows = store.execute("SELECT latency_ms FROM decisions WHERE outcome = 'shed'").fetchall()
        if len(rows) >= wanted or time.monotonic() > deadline:
            return [row["latency_ms"] / 1e3 for row in rows]
        time.sleep(0.1)


def measure(options, harness):
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        outcomes = harness.write_outcomes(folder / "rows.jsonl", [harness.row(1, "a question?", "yes", small=(1, 0.9))])
        latency = f"{options.latency_ms},{options.latency_ms * 1.5:g}"
        url = stack.enter_context(harness.simulate(outcomes, "small", ttft_ms=latency, tokens_per_s=100000)).urls["small"]
        upstream = {"name": "slow", "api": "openai", "base_url": url, "limits": {"in-flight": options.in_flight}, "models": [{"id": "small"}]}
        router = stack.enter_context(harness.Router(folder, [upstream], [{"name": "t", "deployments": ["slow/small"], "timeout": "30s"}],
                                                    {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}))
        body = b'{"model":"auto","messages":[{"role":"user","content":"a question?"}]}'
        port = int(router.url.rsplit(":", 1)[1])
        head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {router.token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        connections = Connections(port, head.encode() + body)
        pid = router.program.process.pid

        async def run():
            await closed(connections, options.in_flight, 1)
            before = resident(pid)
            peak, times = await closed(connections, options.in_flight, options.seconds)
            answers, took, memory = await open_loop(connections, options.times * peak, options.seconds, lambda: resident(pid))
            return before, peak, times, answers, took, memory
        measured = asyncio.run(run())
        return *measured, refusals(router, sum(status == 429 for status, _ in measured[3]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=Path)
    parser.add_argument("--in-flight", default=16, type=int)
    parser.add_argument("--latency-ms", default=50, type=float)
    parser.add_argument("--seconds", default=10, type=float)
    parser.add_argument("--times", default=4, type=float)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    os.environ["SIGNALBOX_BIN"] = str(options.bin / "signalbox")
    sys.path.insert(0, str(ROOT / "tests/flow"))
    import harness
    before, peak, times, answers, took, memory, inside = measure(options, harness)
    served = [t for status, t in answers if status == 200]
    shed = [t for status, t in answers if status == 429]
    other = len(answers) - len(served) - len(shed)
    goodput, slower = len(served) / took / peak, at(served, 0.99) / at(times, 0.99)
    print(f"{options.in_flight} at once, an answer after {options.latency_ms:g} ms (median), {options.seconds:g} s each, {os.cpu_count()} cores")
    print(f"capacity     {peak:8.0f} answers/s, p50 {at(times, 0.5) * 1e3:.1f} ms, p99 {at(times, 0.99) * 1e3:.1f} ms (n = {len(times)})")
    print(f"{options.times:g} times      {len(answers) / took:8.0f} requests/s (n = {len(answers)}): {len(served)} answered, {len(shed)} shed, {other} other")
    print(f"goodput      {goodput:8.2f} of capacity (to reach: 0.90)")
    print(f"answered p99 {at(served, 0.99) * 1e3:8.1f} ms, {slower:.2f} times that at capacity (to reach: 2.00)")
    print(f"shed         p50 {at(shed, 0.5) * 1e3:.2f} ms, p99 {at(shed, 0.99) * 1e3:.2f} ms (to reach: 5)")
    print(f"of that      p50 {at(inside, 0.5) * 1e3:.3f} ms, p99 {at(inside, 0.99) * 1e3:.3f} ms in the router, by its journal (n = {len(inside)})")
    print(f"memory       {before:8.1f} MiB before, {memory:.1f} MiB at most")
    if options.check and not (goodput >= 0.9 and slower <= 2 and at(shed, 0.99) <= 0.005 and other == 0):
        sys.exit("a figure is missed")


if __name__ == "__main__":
    main()
