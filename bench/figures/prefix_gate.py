#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What judging a stream by its beginning costs in truth and saves in time, beside judging the whole of it.

    SIGNALBOX_DATA=… prefix_gate.py [--bin build/release/bin] [--gate 0.9] [--tokens-per-s 50] [--rows 0] [--answer-tokens 0 64]
                                    [--token-spread 0 1 2]

Replays the confidence outcomes as streams through a cascade of two simulated models, once with each kind of gate, off included, and
prints accuracy, escalation rate and the time to the first token of each, with their 95% intervals and counts. The outcomes have one
probability for an answer. With `--answer-tokens 0` the answers are as recorded: labels of a few tokens; with more, each is a made-up text
of so many. With `--token-spread 0` every token has the recorded probability; else they differ by so much (`signalbox simulate --help`)
and have it as their mean, so that a beginning tells less of the whole. Prints a Markdown table.
"""
import argparse
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = "Meta-Llama-3.1-8B-Instruct", "o3-2025-04-16"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=Path)
    parser.add_argument("--gate", default=0.9, type=float)
    parser.add_argument("--tokens-per-s", default=50, type=int)
    parser.add_argument("--prefix-tokens", default=8, type=int)
    parser.add_argument("--rows", default=0, type=int, help="so many only (default all)")
    parser.add_argument("--answer-tokens", default=[0, 64], type=int, nargs="+", help="0: as recorded")
    parser.add_argument("--token-spread", default=[0, 1, 2], type=float, nargs="+")
    options = parser.parse_args()
    if "SIGNALBOX_DATA" not in os.environ:
        sys.exit("SIGNALBOX_DATA names no folder with the public data; nothing was measured")
    os.environ["SIGNALBOX_BIN"] = str(options.bin / "signalbox")
    sys.path.insert(0, str(ROOT / "tests/flow"))
    import harness

    source = Path(os.environ["SIGNALBOX_DATA"]) / "outcomes/confidence.jsonl"
    rows = [r for r in map(json.loads, source.read_text(encoding="utf-8").splitlines()) if SMALL in r["models"] and LARGE in r["models"]]
    rows = rows[:options.rows or None]
    print(f"{len(rows)} rows; {options.tokens_per_s} tokens/s, the first after 100 ms (median), gate mean-token {options.gate}, "
          f"prefix of {options.prefix_tokens}, {os.cpu_count()} cores\n")
    print("| answers | tokens differ by | gate | right | escalated | first token p50 | p99 | failed, cut |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for length in options.answer_tokens:
        for spread in options.token_spread if length else [0.0]:  # a label is one token: there is nothing to differ
            for stream in ("whole", "prefix", "off"):
                report, tokens = measure(harness, options, [lengthened(row, length) for row in rows], spread, stream)
                show(stream, spread, report, tokens)


def lengthened(row, tokens):
    """The row with answers of so many tokens, as many characters as four a token."""
    if not tokens:
        return row
    models = {model: record | {"reply": ("right" if record["correct"] else "wrong").ljust(4 * tokens, "."), "output_tokens": tokens}
              for model, record in row["models"].items() if model in (SMALL, LARGE)}
    return row | {"models": models}


def measure(harness, options, rows, spread, stream):
    """The report of `replay --json`, and how many tokens each answer had, ascending."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        outcomes = folder / "both.jsonl"
        outcomes.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
        urls = stack.enter_context(harness.simulate(outcomes, SMALL, LARGE, tokens_per_s=options.tokens_per_s, ttft_ms="100,200",
                                                    token_spread=spread)).urls
        upstreams = [{"name": key, "api": "openai", "base_url": urls[model], "models": [{"id": model, "logprobs": True}]}
                     for key, model in (("small", SMALL), ("large", LARGE))]
        tiers = [{"name": "local", "deployments": [f"small/{SMALL}"], "timeout": "10s"},
                 {"name": "frontier", "deployments": [f"large/{LARGE}"], "timeout": "10s"}]
        gate = {"signal": "mean-token", "escalate-below": options.gate, "stream": stream, "prefix-tokens": options.prefix_tokens}
        policy = {"workloads": [{"name": "recall", "route": {"strategy": "cascade"}, "gate": {"local": gate}}]}
        router = stack.enter_context(harness.Router(folder, upstreams, tiers, policy))
        done = harness.run("replay", "--requests", outcomes, "--target", router.url, "--key-env", "FLOW_KEY", "--label", "--stream",
                           "--concurrency", "64", "--json", env={"FLOW_KEY": router.token}, patience=3600)
        if done.returncode != 0:
            sys.exit(done.stderr)
        with router.store() as store:
            return json.loads(done.stdout), sorted(row[0] for row in store.execute("SELECT output_tokens FROM decisions WHERE output_tokens IS NOT NULL"))


def show(stream, spread, report, tokens):
    def text(estimate, scale, unit):
        return f"{estimate['value'] * scale:.1f}{unit} ({estimate['lo'] * scale:.1f}–{estimate['hi'] * scale:.1f}, n {estimate['n']:,})"
    print(f"| {tokens[len(tokens) // 2]} tokens (median), {tokens[-1]} at most | {spread:g} | {stream} | {text(report['accuracy'], 100, '%')} | "
          f"{text(report['escalation_rate'], 100, '%')} | {text(report['ttft_ms']['p50'], 1, ' ms')} | {text(report['ttft_ms']['p99'], 1, ' ms')} | "
          f"{report['failed']}, {report['truncated']} |", flush=True)


if __name__ == "__main__":
    main()
