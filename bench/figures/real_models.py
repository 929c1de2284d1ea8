#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A cascade of two real models: what its gate on `top-class` decides about their answers, beside each model alone.

    SIGNALBOX_DATA=… real_models.py --local http://127.0.0.1:18081/v1 --frontier http://127.0.0.1:18082/v1 [--bin build/release/bin]

Both are servers with OpenAI's chat completions, logprobs and llama.cpp's grammars; they are asked for the intent of a sentence, one of eight, with two
examples of each as earlier turns. Sentences of the validation split give the confidence below which a share of them would be
escalated; those of the test split are then asked with that gate, whole and streamed. Prints a Markdown table: right answers with
their 95 % interval, escalations, the time to the first token and to the whole. A second table has answers of 64 tokens, each prompt
asked with every kind of gate on `mean-token`: what judging the beginning saves in time, and how often it decides as the whole does.
"""
import argparse
import contextlib
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LABELS = ("alarm", "balance", "calories", "recipe", "spelling", "traffic", "translate", "weather")
SYSTEM = "Classify each sentence by its intent."
GRAMMAR = "root ::= " + " | ".join(f'"{label}"' for label in LABELS)  # llama.cpp's own field, which the router passes on as it is


class Sentences:
    """Examples, and the sentences of a split, in an order of their own."""

    def __init__(self, source, of_each):
        self.by_split = {"train": [], "val": [], "test": []}
        taken = {}
        for line in source.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            place = (row["split"], row["label"])
            most = 2 if row["split"] == "train" else of_each
            if row["label"] in LABELS and taken.get(place, 0) < most:
                taken[place] = taken.get(place, 0) + 1
                self.by_split[row["split"]].append((row["text"], row["label"]))
        for rows in self.by_split.values():
            random.Random(7).shuffle(rows)

    def messages(self, text):
        turns = [{"role": "system", "content": SYSTEM}]
        for example, label in self.by_split["train"]:
            turns += [{"role": "user", "content": self.asked(example)}, {"role": "assistant", "content": label}]
        return [*turns, {"role": "user", "content": self.asked(text)}]

    @staticmethod
    def asked(text):
        return f"Sentence: {text}\nIntent:"


class Answer:
    def __init__(self, text, headers, first, whole):
        self.text, self.first, self.whole = text.strip(), first, whole
        self.confidence = float(headers["x-signalbox-confidence"]) if headers.get("x-signalbox-confidence") else None
        self.escalated = int(headers.get("x-signalbox-escalations") or 0) > 0


def ask(url, key, model, messages, stream, **fields):
    body = {"model": model, "messages": messages, "temperature": 0, "stream": stream, **(fields or {"max_tokens": 8, "grammar": GRAMMAR})}
    call = urllib.request.Request(url + "/chat/completions", json.dumps(body).encode(),
                                  {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})
    began = time.monotonic()
    with urllib.request.urlopen(call, timeout=120) as response:
        if not stream:
            text = json.loads(response.read())["choices"][0]["message"]["content"]
            return Answer(text, response.headers, None, time.monotonic() - began)
        text, first, done = "", None, False
        for line in response:
            if not line.startswith(b"data: "):
                continue
            if line.strip() == b"data: [DONE]":
                done = True
                continue
            for choice in json.loads(line[6:])["choices"]:
                piece = choice["delta"].get("content") or ""
                if piece and first is None:
                    first = time.monotonic() - began
                text += piece
        if not done:
            raise SystemExit(f"{url}: a stream ended without [DONE]")
        return Answer(text, response.headers, first, time.monotonic() - began)


def spread(seconds):
    """Median and 95th percentile in ms; – without any."""
    values = [value * 1e3 for value in seconds if value is not None]
    return f"{statistics.median(values):.0f} / {statistics.quantiles(values, n=20)[-1]:.0f} ms" if values else "–"


def wilson(right, n):
    p, z = right / n, 1.96
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [(middle + sign * half) / (1 + z * z / n) for sign in (-1, 1)]


def show(name, answers, labels):
    n = len(answers)
    right = sum(answer.text == label for answer, label in zip(answers, labels))
    low, high = wilson(right, n)
    escalated = sum(answer.escalated for answer in answers)
    print(f"| {name} | {n} | {right / n:.3f} ({low:.3f}–{high:.3f}) | {escalated / n:.3f} | {spread(a.first for a in answers)} | "
          f"{spread(a.whole for a in answers)} |", flush=True)


def policy(correction, below, stream):
    gate = {"signal": "top-class", "escalate-below": below, "prior-correction": correction, "stream": stream}
    return {"workloads": [{"name": "intents", "route": {"strategy": "cascade"}, "gate": {"local": gate}, "validate": {"enum": list(LABELS)}}]}


def classification(router, servers, sentences):
    test = sentences.by_split["test"]
    labels = [label for _, label in test]
    print(f"{len(test)} sentences, {len(sentences.by_split['val'])} to set the gate by, {os.cpu_count()} cores\n")
    print("| asked | n | right | escalated | first token p50 / p95 | whole p50 / p95 |\n|---|---|---|---|---|---|")

    def through(model, rows, stream):
        return [ask(router.url + "/v1", router.token, model, sentences.messages(text), stream) for text, _ in rows]

    for name, url in servers.items():
        for stream in (False, True):
            ending = ", streamed" if stream else ""
            alone = [ask(url, "none", name, sentences.messages(text), stream) for text, _ in test]
            show(f"{name} alone{ending}", alone, labels)
            answers = through(f"tier:{name}", test, stream)
            show(f"{name} through the router{ending}", answers, labels)
            print(f"| … of which as alone | {len(test)} | {sum(a.text == b.text for a, b in zip(answers, alone))} | | | |")
    for correction in ("off", "running"):
        router.apply(policy(correction, 0, "prefix"))
        confidences = sorted(a.confidence for a in through("auto", sentences.by_split["val"], False))
        for share in (0.5, 0.2):
            below = round(confidences[int(share * len(confidences))], 4)
            for gate, ways in (("prefix", (False, True)), ("whole", (True,))):
                router.apply(policy(correction, below, gate))
                for stream in ways:
                    name = f"cascade, correction {correction}, below {below}{f', streamed, gate {gate}' if stream else ''}"
                    show(name, through("auto", test, stream), labels)


def long_answers(router):
    """Answers of 64 tokens, judged by their beginning, as a whole, or not at all."""
    prompts = [[{"role": "user", "content": f"{how} {what}."}] for how in ("Write three sentences about", "Explain in simple words")
               for what in ("the sea", "bread", "trains", "winter", "a library", "honey", "bridges", "the moon", "tea", "paper", "football", "maps",
                            "rain", "a garden", "music", "shoes", "a letter", "gold", "birds", "time")]
    print("\n| gate | n | escalated | of which the whole says so too | first token p50 / p95 | whole p50 / p95 |\n|---|---|---|---|---|---|")
    up = {}
    below = None
    for gate in ("off", "whole", "prefix"):
        if below is None:  # so that about half would be refused
            router.apply(mean_policy(0.001, "whole"))
            seen = sorted(ask(router.url + "/v1", router.token, "auto", p, True, max_tokens=64).confidence for p in prompts)
            below = round(seen[len(seen) // 2], 4)
        router.apply(mean_policy(below, gate))
        answers = [ask(router.url + "/v1", router.token, "auto", p, True, max_tokens=64) for p in prompts]
        up[gate] = [a.escalated for a in answers]
        both = f"{sum(a and b for a, b in zip(up[gate], up['whole']))}" if gate == "prefix" else ""
        print(f"| {gate}, mean-token below {below} | {len(answers)} | {sum(up[gate])} | {both} | {spread(a.first for a in answers)} | "
              f"{spread(a.whole for a in answers)} |", flush=True)


def mean_policy(below, stream):
    gate = {"signal": "mean-token", "escalate-below": below, "stream": stream}
    return {"workloads": [{"name": "talk", "route": {"strategy": "cascade"}, "gate": {"local": gate}}]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--local", required=True, metavar="URL")
    parser.add_argument("--frontier", required=True, metavar="URL")
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=Path)
    parser.add_argument("--of-each", default=25, type=int, help="sentences of each intent (default 25)")
    parser.add_argument("--only-long", action="store_true", help="the second table alone")
    options = parser.parse_args()
    if "SIGNALBOX_DATA" not in os.environ:
        sys.exit("SIGNALBOX_DATA names no folder with the public data; nothing was measured")
    os.environ["SIGNALBOX_BIN"] = str(options.bin / "signalbox")
    sys.path.insert(0, str(ROOT / "tests/flow"))
    import harness

    sentences = Sentences(Path(os.environ["SIGNALBOX_DATA"]) / "intents/clinc150.jsonl", options.of_each)
    servers = {"local": options.local, "frontier": options.frontier}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        upstreams = [{"name": name, "api": "openai", "base_url": url, "models": [{"id": name, "logprobs": True}]} for name, url in servers.items()]
        tiers = [{"name": name, "deployments": [f"{name}/{name}"], "timeout": "60s"} for name in servers]
        router = stack.enter_context(harness.Router(Path(folder), upstreams, tiers, policy("off", 0.001, "prefix")))
        if not options.only_long:
            classification(router, servers, sentences)
        long_answers(router)


if __name__ == "__main__":
    main()
