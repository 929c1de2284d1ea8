#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gives a router the requests that a profiled build is optimised for: packaging/profiled.sh runs it.

    train.py [--signalbox build/profiled/bin/signalbox] [--seconds 2]

Chats, Messages and Responses, whole and streamed, one connection and 32, gates off, by a prefix and on the whole answer. Everything
listens on 127.0.0.1 and ends with the script; the router ends by SIGTERM, so that it writes down what it counted.
"""
import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "compare"))
import setting  # noqa: E402
from compare import ROOT  # noqa: E402

TEXT = "word " * 200
QUESTIONS = {
    "/v1/chat/completions": {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": TEXT}]},
    "/v1/messages": {"system": "Be brief.", "max_tokens": 100, "messages": [{"role": "user", "content": TEXT}]},
    "/v1/responses": {"instructions": "Be brief.", "input": TEXT},
}


def train(folder, target, seconds):
    for path, question in QUESTIONS.items():
        for mode in setting.MODES:
            body = json.dumps(question | {"model": f"auto:{mode}"} | ({"stream": True} if mode == "stream" else {}))
            setting.write_script(folder, "trained", body, (folder / "key").read_text(), path)
            for concurrency in (1, 32):
                figures = setting.wrk(folder, target[mode], "trained", concurrency, seconds)
                print(f"{path} {mode} {concurrency}: {figures[3]:,} requests", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--signalbox", type=Path, default=ROOT / "build/profiled/bin/signalbox")
    parser.add_argument("--seconds", type=int, default=2)
    arguments = parser.parse_args()
    for gate in ("off", "prefix", "whole"):
        with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
            folder = Path(name)
            targets = setting.start(stack, folder, arguments.signalbox, gate)
            train(folder, targets["signalbox"], arguments.seconds)


if __name__ == "__main__":
    main()
