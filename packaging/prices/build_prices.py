#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds resources/prices/prices.csv from three public price lists (all MIT).

    build_prices.py FOLDER > resources/prices/prices.csv

FOLDER holds model_prices_and_context_window.json (of LiteLLM's repository, as it stands there), genai_prices.json (prices/data.json
of pydantic/genai-prices) and models_dev_prices.csv (one line a model of models.dev's api.json: provider, model, and what input,
output and cached input cost for a million tokens, as input_usd_per_mtok, output_usd_per_mtok and cache_read_usd_per_mtok). SOURCES
says which state of each this is, and other files are refused until it says so of them. Where several lists know a
model of a provider, the first of them in that order speaks. Token prices of text are taken, and of sound, of batches (or of a
provider's flexible tier, which costs the same) and of its priority tier where a list has them, and what a million web searches cost;
a list that says zero means a free tier or a subscription, not a price, and is left out. Where a price depends on the length of the
prompt, the price of the short one is taken.
"""
import csv
import hashlib
import json
import sys
from pathlib import Path

SOURCES = {  # date, what it is, file, the beginning of its SHA-256
    "m": ("2026-07-24", "github.com/Wei-Shaw/model-price-repo f9ff147, a filtered mirror of BerriAI/litellm (MIT)",
          "model_prices_and_context_window.json", "86135fc65488"),
    "g": ("-", "pydantic/genai-prices 0.1.8 (MIT), which gives no date", "genai_prices.json", "91a9f7d8b018"),
    "d": ("2025-09-11", "models.dev, copy of tokenlens 1.3.0 (MIT), its newest entry", "models_dev_prices.csv", "50b62c72d657"),
}
PROVIDERS = {  # the lists' names for one and the same seller
    "amazon-bedrock": "bedrock", "aws": "bedrock", "fireworks-ai": "fireworks", "gemini": "google", "google-vertex": "google",
    "google-vertex-anthropic": "google", "moonshot": "moonshotai", "text-completion-openai": "openai", "togetherai": "together",
    "vertex_ai-language-models": "google", "x-ai": "xai", "zhipu": "zhipuai", "cloudflare-workers-ai": "cloudflare",
}
PARTS = ["input", "output", "cached_input", "cache_write", "reasoning", "audio_input", "audio_output", "batch_input", "batch_output",
         "priority_input", "priority_output", "cache_write_1h", "web_search"]
PROPORTIONS = [(PARTS.index(part), PARTS.index(whole), least, most) for part, whole, least, most in (
    ("cached_input", "input", 0, 1), ("cache_write", "input", 0, 2), ("cache_write_1h", "input", 1, 3), ("batch_input", "input", 0.2, 1),
    ("batch_output", "output", 0.2, 1), ("priority_input", "input", 1, 4), ("priority_output", "output", 1, 4))]
SUBSCRIPTIONS = {"cursor", "github-copilot", "lmstudio", "zai-coding-plan"}


def provider_name(name):
    return PROVIDERS.get(name, name)


def amount(value, times=1):
    """US dollars per million tokens, or None. Tiered prices give that of their first tier."""
    if isinstance(value, dict):
        value = value.get("base")
    return float(value) * times if isinstance(value, (int, float)) and value >= 0 else None


def first(*values):
    return next((value for value in values if value is not None), None)


def search_price(entry):
    """Of a million searches, where it does not depend on their size."""
    costs = set(entry.get("search_context_cost_per_query", {}).values())
    return round(costs.pop() * 1e6, 6) if len(costs) == 1 else None


def from_litellm(folder):
    for model, entry in json.loads((folder / "model_prices_and_context_window.json").read_text()).items():
        if entry.get("mode") not in ("chat", "responses", "completion", "embedding"):
            continue
        million = lambda key: None if entry.get(key) is None else round(entry[key] * 1e6, 9)
        yield (provider_name(entry["litellm_provider"]), model.split("/")[-1], million("input_cost_per_token"),
               million("output_cost_per_token"), million("cache_read_input_token_cost"),
               million("cache_creation_input_token_cost"), million("output_cost_per_reasoning_token"),
               million("input_cost_per_audio_token"), million("output_cost_per_audio_token"),
               first(million("input_cost_per_token_batches"), million("input_cost_per_token_flex")),
               first(million("output_cost_per_token_batches"), million("output_cost_per_token_flex")),
               million("input_cost_per_token_priority"), million("output_cost_per_token_priority"),
               million("cache_creation_input_token_cost_above_1hr"), search_price(entry), "m")


def current_prices(prices):
    """Of prices that change with the date, the last; of those that change with the hour, the ones outside the special hours."""
    if isinstance(prices, dict):
        return prices
    by_date = [entry for entry in prices if not entry.get("constraint") or "start_date" in entry["constraint"]]
    return (by_date or prices)[-1]["prices"]


def spelled_ids(model):
    clauses = model["match"].get("or", [model["match"]])
    return {model["id"]} | {clause["equals"] for clause in clauses if "equals" in clause}


def from_genai(folder):
    for provider in json.loads((folder / "genai_prices.json").read_text()):
        for model in provider["models"]:
            prices = current_prices(model["prices"])
            for name in spelled_ids(model):
                output = 0.0 if "embed" in name and "output_mtok" not in prices else amount(prices.get("output_mtok"))
                yield (provider_name(provider["id"]), name, amount(prices.get("input_mtok")), output,
                       amount(prices.get("cache_read_mtok")), amount(prices.get("cache_write_mtok")), amount(prices.get("output_reasoning_mtok")),
                       amount(prices.get("input_audio_mtok")), amount(prices.get("output_audio_mtok")), None, None,
                       None, None, amount(prices.get("cache_write_1h_mtok")), amount(prices.get("web_searches_kcount"), 1000), "g")


def from_models_dev(folder):
    number = lambda text: float(text) if text else None
    with open(folder / "models_dev_prices.csv", newline="") as file:
        for row in csv.DictReader(file):
            yield (provider_name(row["provider"]), row["model"], number(row["input_usd_per_mtok"]),
                   number(row["output_usd_per_mtok"]), number(row["cache_read_usd_per_mtok"]), None, None, None, None,
                   None, None, None, None, None, None, "d")


def usable(row):
    provider, model, input_price, output_price = row[:4]
    if provider in SUBSCRIPTIONS or not model or any(c in model for c in ',"\n'):
        return False
    return input_price is not None and output_price is not None and input_price + output_price > 0


def believed(row):
    """The row without parts that are out of all proportion to their whole: a list has a figure of another model there, or of another unit."""
    provider, model, *prices, source = row
    for part, whole, least, most in PROPORTIONS:
        value, of = prices[part], prices[whole]
        if value is not None and not least * of <= value <= most * of:
            print(f"{provider}/{model}: {PARTS[part]} {value} beside {PARTS[whole]} {of} is not believed (source {source})", file=sys.stderr)
            prices[part] = None
    return provider, model, *prices, source


def text(value):
    return "" if value is None else repr(value).removesuffix(".0")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    for key, (date, words, name, wanted) in SOURCES.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]
        if found != wanted:
            print(f"{folder / name} is not what SOURCES says of it ({wanted}, of {date}); give SOURCES[\"{key}\"] its date, its origin and {found}", file=sys.stderr)
            return 1
    table = {}
    for rows in (from_litellm(folder), from_genai(folder), from_models_dev(folder)):
        for row in filter(usable, rows):
            table.setdefault(row[:2], believed(row))
    print("# Prices of models in US dollars per million tokens. Made by packaging/prices/build_prices.py; not edited by hand.")
    print(f"# date {SOURCES['m'][0]}")
    for key, (date, words, *_) in SOURCES.items():
        print(f"# source {key} {date} {words}")
    for alias, provider in sorted(PROVIDERS.items()):
        print(f"# alias {alias} {provider}")
    print(f"provider,model,{','.join(PARTS)},source")
    for key in sorted(table):
        provider, model, *prices, source = table[key]
        print(",".join([provider, model, *map(text, prices), source]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
