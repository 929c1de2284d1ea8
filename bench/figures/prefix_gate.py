#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What judging a stream by its beginning costs in truth and saves in time, beside judging the whole of it.

    SIGNALBOX_DATA=… prefix_gate.py [--bin build/release/bin] [--gate 0.9] [--tokens-per-s 50] [--rows 0]

Replays the confidence outcomes as streams through a cascade of two simulated models, once with each kind of gate, off included, and
prints accuracy, escalation rate and the time to the first token of each, with their 95% intervals and counts.
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
          f"prefix of {options.prefix_tokens}, {os.cpu_count()} cores")
    for stream in ("whole", "prefix", "off"):
        with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
            folder = Path(name)
            outcomes = folder / "both.jsonl"
            outcomes.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
            urls = stack.enter_context(harness.simulate(outcomes, SMALL, LARGE, tokens_per_s=options.tokens_per_s, ttft_ms="100,200")).urls
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
                tokens = sorted(row[0] for row in store.execute("SELECT output_tokens FROM decisions WHERE output_tokens IS NOT NULL"))
            show(stream, json.loads(done.stdout), tokens)


def show(stream, report, tokens):
    def text(name, estimate, scale, unit):
        return f"{name} {estimate['value'] * scale:.1f}{unit} [{estimate['lo'] * scale:.1f}, {estimate['hi'] * scale:.1f}] (n {estimate['n']})"
    parts = [text("accuracy", report["accuracy"], 100, "%"), text("escalated", report["escalation_rate"], 100, "%"),
             text("first token p50", report["ttft_ms"]["p50"], 1, " ms"), text("p99", report["ttft_ms"]["p99"], 1, " ms")]
    print(f"{stream}: " + " · ".join(parts) + f" · answers of {tokens[len(tokens) // 2]} tokens (median), {tokens[-1]} at most · "
          f"failed {report['failed']}, truncated {report['truncated']}")


if __name__ == "__main__":
    main()
