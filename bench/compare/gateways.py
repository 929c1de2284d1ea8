#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The router beside other gateways in front of the same upstream, one worker each, in one interleaved run on this machine.

    gateways.py [--litellm PROGRAM] [--portkey FOLDER] [--signalbox build/release/bin/signalbox] [--rounds 3] [--seconds 2]

PROGRAM is the `litellm` of `pip install 'litellm[proxy]'`, FOLDER where `npm install @portkey-ai/gateway` was run (with Node 20, and
"overrides": {"@hono/node-server": "1.3.3"} in its package.json: with the newest one it answers nothing but 500). The setting is that
of compare.py: the router with gate and durable journal on. LiteLLM runs with its own defaults (a key, no database), Portkey with its
(no key, no record). They take turns in every round with the upstream itself; every figure is the median of the rounds. Prints a
Markdown table. Everything listens on 127.0.0.1 and ends with the script.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import setting
from compare import ROOT, awake, medians, settled_rows

LITELLM = """model_list:
  - {{ model_name: "auto:whole", litellm_params: {{ model: openai/small, api_base: "{whole}/v1", api_key: none }} }}
  - {{ model_name: "auto:stream", litellm_params: {{ model: openai/small, api_base: "{stream}/v1", api_key: none }} }}
general_settings: {{ master_key: "{key}" }}
litellm_settings: {{ telemetry: false }}
"""


def run(stack, folder, name, command, env):
    log = stack.enter_context(open(folder / f"{name}.log", "w"))
    process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, cwd=folder, env=os.environ | env)
    stack.callback(lambda: (process.terminate(), process.wait()))


def start_litellm(stack, folder, program, upstreams, key):
    port = setting.free_port()
    (folder / "litellm.yaml").write_text(LITELLM.format(key=key, **upstreams))
    run(stack, folder, "litellm", [program, "--config", folder / "litellm.yaml", "--host", "127.0.0.1", "--port", port, "--num_workers", 1, "--telemetry", "False"],
        {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"})
    for mode in setting.MODES:
        setting.write_script(folder, f"litellm-{mode}", setting.request(mode), key)
    return dict.fromkeys(setting.MODES, f"http://127.0.0.1:{port}"), {}


def start_portkey(stack, folder, place, upstreams, key):
    port = setting.free_port()
    run(stack, folder, "portkey", ["node", Path(place).resolve() / "node_modules/@portkey-ai/gateway/build/start-server.js", "--headless", f"--port={port}"], {})
    headers = {mode: {"x-portkey-provider": "openai", "x-portkey-custom-host": f"{upstreams[mode]}/v1"} for mode in setting.MODES}
    for mode in setting.MODES:
        setting.write_script(folder, f"portkey-{mode}", setting.request(mode), key, headers=headers[mode])
    return dict.fromkeys(setting.MODES, f"http://127.0.0.1:{port}"), headers


def await_gateway(folder, name, urls, key, headers):
    deadline = time.monotonic() + 120
    for mode, url in urls.items():
        call = urllib.request.Request(url + "/v1/chat/completions", setting.request(mode).encode(),
                                      {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **headers.get(mode, {})})
        while True:
            try:
                with urllib.request.urlopen(call, timeout=10) as answer:
                    said = answer.read().decode()
                if "word" not in said and "invoice" not in said:
                    sys.exit(f"{name} answers something else: {said[:300]}")
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    sys.exit(f"{name} did not come up: {error}\n{(folder / f'{name}.log').read_text()[-2000:]}")
                time.sleep(0.5)


def version_of(name, where):
    if name == "litellm":
        said = subprocess.run([where, "--version"], capture_output=True, text=True).stdout.split()
        return said[-1] if said else "?"
    return json.loads((Path(where) / "node_modules/@portkey-ai/gateway/package.json").read_text())["version"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/release/bin/signalbox")
    parser.add_argument("--litellm")
    parser.add_argument("--portkey")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 32])
    arguments = parser.parse_args()
    peers = {name: where for name, where in (("litellm", arguments.litellm), ("portkey", arguments.portkey)) if where}
    if not peers:
        sys.exit("name at least one gateway: --litellm PROGRAM or --portkey FOLDER")
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        folder = Path(place)
        targets = setting.start(stack, folder, arguments.signalbox, "off")
        key = (folder / "key").read_text()
        upstreams = targets["direct"]
        del targets["nginx"]
        for name, where in peers.items():
            targets[name], headers = {"litellm": start_litellm, "portkey": start_portkey}[name](stack, folder, where, upstreams, key)
            await_gateway(folder, name, targets[name], key, headers)
        stack.enter_context(awake())
        results, asked = {}, dict.fromkeys(targets, 2)
        for number in range(arguments.rounds + 1):  # the first warms them up
            for mode in setting.MODES:
                for concurrency in arguments.concurrency:
                    for name, urls in targets.items():
                        script = f"{name}-{mode}" if name in peers else mode
                        *figures, requests = setting.wrk(folder, urls[mode], script, concurrency, arguments.seconds)
                        asked[name] += requests
                        if number > 0:
                            results.setdefault((mode, concurrency, name), []).append(figures)
        rows = settled_rows(folder, asked["signalbox"])
        figures = medians(results)
        versions = ", ".join(f"{name} {version_of(name, where)}" for name, where in peers.items())
        print(f"{os.cpu_count()} cores; {versions}; {arguments.rounds} rounds of {arguments.seconds} s each, medians; requests: "
              + ", ".join(f"{name} {count:,}" for name, count in asked.items()) + f"; {rows:,} decisions in the router's journal.\n")
        print("| answer | connections | gateway | req/s | adds p50 / p99 | router's req/s ÷ its own | its added p50 ÷ the router's |")
        print("|---|---|---|---|---|---|---|")
        for mode in setting.MODES:
            for concurrency in arguments.concurrency:
                direct, ours = figures[mode, concurrency, "direct"], figures[mode, concurrency, "signalbox"]
                for name in ("signalbox", *peers):
                    one = figures[mode, concurrency, name]
                    added = [one[i] - direct[i] for i in (1, 2)]
                    print(f"| {mode} | {concurrency} | {name} | {one[0]:,.0f} | {added[0]:,.0f} / {added[1]:,.0f} µs | {ours[0] / one[0]:.1f} | "
                          f"{added[0] / (ours[1] - direct[1]):.1f} |")


if __name__ == "__main__":
    main()
