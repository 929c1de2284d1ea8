# SPDX-License-Identifier: Apache-2.0
"""/metrics is what Prometheus takes and its naming rules want; the dashboard and the alert rules name only metrics that are there."""
import json
import re
import unittest
from pathlib import Path

from harness import FlowTest, Router, row, set_fault, simulate, write_outcomes

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
POLICY = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.5}}}]}
SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? ([-+0-9.eE]+|NaN|[-+]Inf)$')
# Units that a base unit stands for.
OTHER_UNITS = ("_milliseconds", "_ms", "_microseconds", "_us", "_minutes", "_hours", "_kilobytes", "_megabytes", "_percent", "_cents")


def parsed(text):
    """Types and helps by metric, and samples as (name, labels, value)."""
    types, helps, samples = {}, {}, []
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            assert name not in helps, f"{name} is described twice"
            helps[name] = words
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, f"{name} has two types"
            types[name] = kind
        else:
            match = SAMPLE.match(line)
            assert match, f"no sample: {line}"
            labels = dict(re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', match[2] or ""))
            samples.append((match[1], labels, float(match[3])))
    return types, helps, samples


def family(name, types):
    for suffix in ("_bucket", "_sum", "_count"):
        if name.endswith(suffix) and types.get(name[: -len(suffix)]) == "histogram":
            return name[: -len(suffix)]
    return name


def lint(text):
    """What a linter of metrics would say."""
    assert text.endswith("\n")
    types, helps, samples = parsed(text)
    problems = []
    seen, order = set(), []
    for name, labels, _ in samples:
        base = family(name, types)
        key = (name, tuple(sorted(labels.items())))
        if key in seen:
            problems.append(f"{name}: the same series twice: {labels}")
        seen.add(key)
        if base not in types or base not in helps:
            problems.append(f"{name}: no HELP or TYPE")
        if not order or order[-1] != base:
            order.append(base)
    for base in set(order):
        if order.count(base) > 1:
            problems.append(f"{base}: its samples do not stand together")
    for name, kind in types.items():
        if not helps.get(name, "").endswith("."):
            problems.append(f"{name}: its help is no sentence")
        if kind == "counter" and not name.endswith("_total"):
            problems.append(f"{name}: counters end in _total")
        if kind != "counter" and name.endswith(("_total", "_count", "_sum", "_bucket")):
            problems.append(f"{name}: only counters end in _total, and only parts of histograms so")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            problems.append(f"{name}: not in snake case")
        if name.removesuffix("_total").endswith(OTHER_UNITS):
            problems.append(f"{name}: not in a base unit")
        if kind == "histogram":
            problems += histogram_problems(name, [one for one in samples if family(one[0], types) == name])
        if kind == "counter":
            problems += [f"{name}: below zero" for one, _, value in samples if one == name and value < 0]
    return problems


def histogram_problems(name, samples):
    groups = {}
    for sample, labels, value in samples:
        bound = labels.get("le")
        key = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
        group = groups.setdefault(key, {"bounds": [], "values": []})
        if sample.endswith("_bucket"):
            group["bounds"].append(float(bound))
            group["values"].append(value)
        else:
            group[sample.rsplit("_", 1)[1]] = value
    problems = []
    for key, group in groups.items():
        if "sum" not in group or "count" not in group:
            problems.append(f"{name}{key}: without sum or count")
        elif group["bounds"][-1:] != [float("inf")] or group["bounds"] != sorted(set(group["bounds"])):
            problems.append(f"{name}{key}: its buckets do not rise to +Inf")
        elif group["values"] != sorted(group["values"]) or group["values"][-1] != group["count"]:
            problems.append(f"{name}{key}: its buckets are not cumulative up to its count")
    return problems


def names_in(expression):
    """The metrics that an expression asks for."""
    return set(re.findall(r"\bsignalbox_[a-z0-9_]+", expression))


class MetricsTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(1, "easy?", "yes", small=(1, 0.9), large=(1, 0.99)), row(2, "hard?", "no", small=(1, 0.1), large=(1, 0.99))]
        self.upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "large"))
        price = {"input": 1.0, "output": 2.0, "per": "1M"}
        upstreams = [{"name": name, "api": "openai", "base_url": self.upstreams.urls[name], "models": [{"id": name, "price": price}]} for name in ("small", "large")]
        tiers = [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "10s"}]
        collector = {"telemetry": {"otlp": {"endpoint": "http://127.0.0.1:9", "sample": 0}}}
        self.router = self.enter(Router(self.folder, upstreams, tiers, POLICY, extra=collector))

    def metrics(self):
        status, headers, text = self.router.request("GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        return text

    def value(self, text, name, **labels):
        return sum(value for one, has, value in parsed(text)[2] if one == name and all(has.get(k) == v for k, v in labels.items()))

    def test_a_fresh_router_has_every_metric_by_the_rules(self):
        self.assertEqual(lint(self.metrics()), [])

    def test_the_linter_finds_what_is_wrong(self):
        for text in ["signalbox_x 1\n", "# HELP a_b Words.\n# TYPE a_b counter\na_b 1\n", "# HELP a_ms Words.\n# TYPE a_ms gauge\na_ms 1\n",
                     "# HELP a_s Words.\n# TYPE a_s histogram\na_s_bucket{le=\"1\"} 1\na_s_sum 1\na_s_count 1\n"]:
            self.assertNotEqual(lint(text), [], text)

    def test_requests_tokens_cost_escalations_errors_and_times_are_counted(self):
        series = len(parsed(self.metrics())[2])
        self.assertEqual(self.router.chat("easy?")[0], 200)
        self.assertEqual(self.router.chat("hard?")[0], 200)
        self.assertEqual(self.router.chat("easy?", stream=True)[0], 200)
        self.assertEqual(self.router.chat("easy?", model="nobody-has-this")[0], 404)
        text = self.metrics()
        self.assertEqual(lint(text), [])
        self.assertEqual(self.value(text, "signalbox_requests_total", tier="local"), 2)
        self.assertEqual(self.value(text, "signalbox_requests_total", tier="frontier"), 1)
        self.assertEqual(self.value(text, "signalbox_requests_total", tier="none"), 1)
        self.assertEqual(self.value(text, "signalbox_request_duration_seconds_count", tier="local"), 2)
        self.assertEqual(self.value(text, "signalbox_time_to_first_token_seconds_count", tier="local"), 1)
        self.assertEqual(self.value(text, "signalbox_escalations_total"), 1)
        self.assertEqual(self.value(text, "signalbox_verdicts_total", verdict="accept"), 2)
        self.assertEqual(self.value(text, "signalbox_errors_total", code="model_not_found"), 1)
        self.assertEqual(self.value(text, "signalbox_attempts_total", role="serve"), 4)
        self.assertEqual(self.value(text, "signalbox_deployment_attempts_total", tier="local", upstream="small", model="small"), 3)
        self.assertEqual(self.value(text, "signalbox_overhead_seconds_count"), 4)
        self.assertEqual(self.value(text, "signalbox_cache_answers_total", cache="none"), 4)
        spent = self.value(text, "signalbox_input_tokens_total") * 1e-6 + self.value(text, "signalbox_output_tokens_total") * 2e-6
        self.assertGreater(spent, 0)
        self.assertAlmostEqual(self.value(text, "signalbox_cost_usd_total"), spent, places=8)
        self.assertAlmostEqual(self.value(text, "signalbox_deployment_cost_usd_total"), spent, places=8)
        self.assertEqual(len(parsed(text)[2]), series, "what clients ask for makes no new series")
        set_fault(self.upstreams.urls["small"], "status=500")
        self.assertEqual(self.router.chat("easy?")[0], 200)
        self.assertEqual(self.value(self.metrics(), "signalbox_deployment_failures_total", upstream="small"), 2, "it is asked once more")

    def test_the_dashboard_asks_only_for_metrics_that_are_there(self):
        types = parsed(self.metrics())[0]
        there = set(types) | {f"{name}{suffix}" for name, kind in types.items() if kind == "histogram" for suffix in ("_bucket", "_sum", "_count")}
        board = json.loads((RESOURCES / "grafana" / "signalbox.json").read_text())
        self.assertIn("uid", board)
        self.assertGreaterEqual(board["schemaVersion"], 36)
        panels = board["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels), "ids of panels are unique")
        asked = 0
        for panel in panels:
            self.assertTrue({"id", "title", "type", "gridPos"} <= set(panel), panel)
            for target in panel.get("targets", []):
                self.assertTrue(names_in(target["expr"]), target)
                self.assertEqual(names_in(target["expr"]) - there, set(), panel["title"])
                self.assertEqual(target["expr"].count("("), target["expr"].count(")"))
                asked += 1
        self.assertGreater(asked, 10)
        for variable in board["templating"]["list"]:
            self.assertEqual(names_in(str(variable.get("query", ""))) - there, set())

    def test_the_alert_rules_ask_only_for_metrics_that_are_there(self):
        types = parsed(self.metrics())[0]
        there = set(types) | {f"{name}{suffix}" for name, kind in types.items() if kind == "histogram" for suffix in ("_bucket", "_sum", "_count")}
        text = (RESOURCES / "prometheus" / "alerts.yaml").read_text()
        expressions = re.findall(r"^\s+expr: (.+)$", text, re.MULTILINE)
        self.assertGreaterEqual(len(expressions), 8)
        self.assertEqual(len(expressions), len(re.findall(r"^\s+- alert: \w+$", text, re.MULTILINE)))
        for expression in expressions:
            self.assertTrue(names_in(expression) or "up{" in expression, expression)
            self.assertEqual(names_in(expression) - there, set(), expression)
            self.assertEqual(expression.count("("), expression.count(")"), expression)


if __name__ == "__main__":
    unittest.main()
