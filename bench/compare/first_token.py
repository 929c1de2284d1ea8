#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time to the first token of a stream: directly, through nginx `proxy_pass` and through the router, taking turns in one run.

    first_token.py [--signalbox build/release/bin/signalbox] [--requests 1000]

The upstream is `signalbox simulate`: the first token at once, then one every 5 ms. One connection each, kept alive; the gate is off,
the durable journal on. The clock runs from the request's last byte sent to the first byte of a `data:` line with content received.
Prints a Markdown table; added time is the difference of the percentiles.
"""
import argparse
import contextlib
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import setting
from compare import ROOT, awake

TOKENS = 6


class Client:
    """One kept connection that asks for the same stream again and again."""

    def __init__(self, url, key):
        host, port = url.removeprefix("http://").split(":")
        body = setting.request("stream").replace("auto:stream", "small" if key is None else "auto:stream")
        authorization = f"Authorization: Bearer {key}\r\n" if key else ""
        self.request = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}Content-Type: application/json\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
        self.socket = socket.create_connection((host, int(port)), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def first_token(self):
        """Microseconds; reads the stream to its end."""
        self.socket.sendall(self.request)
        began = time.perf_counter_ns()
        got, first = b"", None
        while not got.endswith(b"0\r\n\r\n"):
            piece = self.socket.recv(65536)
            if not piece:
                raise SystemExit(f"the connection ended: {got[-300:]!r}")
            got += piece
            if first is None and b'"content":"w' in got.replace(b'"content": "', b'"content":"'):
                first = (time.perf_counter_ns() - began) / 1000
        if not got.startswith(b"HTTP/1.1 200") or b"[DONE]" not in got:
            raise SystemExit(f"not a stream: {got[:300]!r}")
        return first


def start_upstream(stack, folder, program):
    prompt = json.loads(setting.request("stream"))["messages"][0]["content"]
    record = {"correct": 1, "reply": "word " * TOKENS, "output_tokens": TOKENS}
    (folder / "rows.jsonl").write_text(json.dumps({"id": "r", "set": "b", "task": "t", "prompt": prompt, "models": {"small": record}}) + "\n")
    process = subprocess.Popen([program, "simulate", "--outcomes", folder / "rows.jsonl", "--model", "small", "--tokens-per-s", "200"],
                               stdout=subprocess.PIPE, text=True)
    stack.callback(lambda: (process.terminate(), process.wait()))
    return int(process.stdout.readline().split()[1].rsplit(":", 1)[1])


def percentile(values, share):
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/release/bin/signalbox")
    parser.add_argument("--requests", type=int, default=1000)
    arguments = parser.parse_args()
    if not arguments.signalbox.exists():
        sys.exit(f"{arguments.signalbox} is not built")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        os.chmod(folder, 0o755)
        key = secrets.token_urlsafe(24)
        upstream, proxy, data = start_upstream(stack, folder, arguments.signalbox), setting.free_port(), setting.free_port()
        setting.start_nginx(stack, folder, "proxy", setting.proxy_server(proxy, upstream))
        setting.start_router(stack, folder, arguments.signalbox, key, data, {"whole": upstream, "stream": upstream}, "off")
        urls = {"direct": upstream, "nginx": proxy, "signalbox": data}
        setting.await_all({"signalbox": {"stream": f"http://127.0.0.1:{data}"}}, key, folder)
        clients = {who: Client(f"http://127.0.0.1:{port}", key if who == "signalbox" else None) for who, port in urls.items()}
        stack.enter_context(awake())
        times = {who: [] for who in clients}
        for number in range(arguments.requests + 50):
            for who, client in clients.items():
                took = client.first_token()
                if number >= 50:  # the first ones warm the caches
                    times[who].append(took)
    print(f"{os.cpu_count()} cores; {arguments.requests} streams each, taking turns\n")
    print("| way | time to first token p50 / p99 | added p50 / p99 |\n|---|---|---|")
    base = [percentile(times["direct"], share) for share in (0.5, 0.99)]
    for who, all_times in times.items():
        p50, p99 = (percentile(all_times, share) for share in (0.5, 0.99))
        print(f"| {who} | {p50:.0f} / {p99:.0f} µs | {p50 - base[0]:.0f} / {p99 - base[1]:.0f} µs |")


if __name__ == "__main__":
    main()
