# SPDX-License-Identifier: Apache-2.0
"""The router against arithmetic: a cascade over recorded models must split, escalate and answer rightly exactly as often as the
outcomes file says it has to."""
import json
import math
import os
import subprocess
import threading
import unittest

from control_socket import ControlSocket
from harness import BIN, FlowTest, Router, run, simulate, skip_without_data, until

SMALL, LARGE = "Meta-Llama-3.1-8B-Instruct", "o3-2025-04-16"
PRICES = {SMALL: (0.05, 0.08), LARGE: (2.0, 8.0)}
WITHIN = 0.002  # 0.2 points


def policy(gate):
    return {"workloads": [{"name": "recall", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": gate}}}]}


def expected(rows, gate):
    """What a cascade gated on the recorded token probability does, from the file alone."""
    up = [r for r in rows if min(1, max(1e-6, r["models"][SMALL]["token_prob"])) < gate]
    right = sum(r["models"][LARGE if r["models"][SMALL]["token_prob"] < gate else SMALL]["correct"] for r in rows)
    return {"escalation": len(up) / len(rows), "accuracy": right / len(rows)}


def wilson(share, n, z=1.959963984540054):
    """The 95% score interval of a share: the two roots of (share - p)^2 = z^2 p (1 - p) / n."""
    a, b, c = 1 + z * z / n, -(2 * share + z * z / n), share * share
    root = math.sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


class CascadeAgreementTest(FlowTest):
    def setUp(self):
        super().setUp()
        source = skip_without_data("outcomes/confidence.jsonl")
        rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
        self.rows = [r for r in rows if SMALL in r["models"] and LARGE in r["models"]]
        self.outcomes = self.folder / "both.jsonl"
        self.outcomes.write_text("".join(json.dumps(r) + "\n" for r in self.rows), encoding="utf-8")
        self.upstreams = self.enter(simulate(self.outcomes, SMALL, LARGE))

    def router(self, gate):
        def upstream(name, model):
            given = dict(zip(("input", "output"), PRICES[model]), per="1M")
            return {"name": name, "api": "openai", "base_url": self.upstreams.urls[model], "models": [{"id": model, "logprobs": True, "price": given}]}
        tiers = [{"name": "local", "deployments": [f"small/{SMALL}"], "timeout": "10s"}, {"name": "frontier", "deployments": [f"large/{LARGE}"], "timeout": "10s"}]
        return self.enter(Router(self.folder, [upstream("small", SMALL), upstream("large", LARGE)], tiers, policy(gate)))

    def replay(self, router, *arguments):
        prices = [part for model, (i, o) in PRICES.items() for part in ("--price", f"{model}={i},{o}")]
        done = run("replay", "--requests", self.outcomes, "--target", router.url, "--key-env", "FLOW_KEY", "--label", "--ladder",
                   f"{SMALL},{LARGE}", *prices, *arguments, env={"FLOW_KEY": router.token})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def agree(self, report, gate):
        want = expected(self.rows, gate)
        self.assertEqual((report["answered"], report["failed"], report["truncated"]), (len(self.rows), 0, 0))
        self.assertAlmostEqual(report["tiers"]["local"]["value"], 1 - want["escalation"], delta=WITHIN)
        self.assertAlmostEqual(report["tiers"]["frontier"]["value"], want["escalation"], delta=WITHIN)
        self.assertAlmostEqual(report["escalation_rate"]["value"], want["escalation"], delta=WITHIN)
        self.assertAlmostEqual(report["accuracy"]["value"], want["accuracy"], delta=WITHIN)
        for share in (report["tiers"]["local"], report["tiers"]["frontier"], report["escalation_rate"], report["accuracy"]):
            self.check_share(share)

    def check_share(self, share):
        self.assertEqual(share["n"], len(self.rows))
        for end, want in zip(("lo", "hi"), wilson(share["value"], len(self.rows))):
            self.assertAlmostEqual(share[end], want, places=9)

    def check_times(self, report):
        for times in (report["latency_ms"][name] for name in ("p50", "p95", "p99")):
            self.assertEqual(times["n"], len(self.rows))
            self.assertLessEqual(times["lo"], times["value"])
            self.assertLessEqual(times["value"], times["hi"])

    def check_cost(self, shown, costs):
        """A total of `costs`, with the interval of a sum that varies as they do."""
        n, mean = len(costs), sum(costs) / len(costs)
        half = 1.959963984540054 * math.sqrt(sum((cost - mean) ** 2 for cost in costs) / (n - 1) * n)
        self.assertEqual(shown["n"], n)
        for name, want in (("value", sum(costs)), ("lo", sum(costs) - half), ("hi", sum(costs) + half)):
            self.assertAlmostEqual(shown[name] / want, 1, places=6, msg=name)

    def test_splits_escalates_and_answers_as_the_file_says(self):
        router = self.router(0.90)
        report = json.loads(self.replay(router, "--json"))
        self.agree(report, 0.90)
        lines = {line["name"]: line for line in report["baselines"]}
        for name, model in ((f"always cheapest ({SMALL})", SMALL), (f"always frontier ({LARGE})", LARGE)):
            self.assertAlmostEqual(lines[name]["accuracy"]["value"], sum(r["models"][model]["correct"] for r in self.rows) / len(self.rows))
        for line in report["baselines"]:
            self.check_share(line["accuracy"])
        oracle = sum(max(r["models"][m]["correct"] for m in (SMALL, LARGE)) for r in self.rows) / len(self.rows)
        self.assertAlmostEqual(lines["oracle"]["accuracy"]["value"], oracle)
        self.assertAlmostEqual(lines["random at the same cost"]["cost_usd"]["value"], report["cost_usd"]["value"], delta=report["cost_usd"]["value"] * 0.01)
        self.assertEqual(report["feedback_posted"], len(self.rows))
        self.check_times(report)
        self.check_journal(router, report)

    def check_journal(self, router, report):
        for table in ("decisions", "labels"):
            until(lambda: self.count(router, table) >= len(self.rows), f"{len(self.rows)} {table} are written; there are {self.count(router, table)}; {router.program.errors}", 4)
            self.assertEqual(self.count(router, table), len(self.rows))
        with router.store() as store:
            up, cost = store.execute("SELECT SUM(escalations), SUM(cost_usd) FROM decisions").fetchone()
            self.check_cost(report["cost_usd"], [row["cost_usd"] for row in store.execute("SELECT cost_usd FROM decisions")])
            right, = store.execute("SELECT SUM(score) FROM labels").fetchone()
        self.assertAlmostEqual(up / len(self.rows), report["escalation_rate"]["value"])
        self.assertAlmostEqual(cost, report["cost_usd"]["value"], places=9)
        self.assertAlmostEqual(right / len(self.rows), report["accuracy"]["value"])

    @staticmethod
    def count(router, table):
        with router.store() as store:
            return store.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]

    def test_streams_agree_too(self):
        router = self.router(0.80)
        self.agree(json.loads(self.replay(router, "--stream", "--concurrency", "16", "--json")), 0.80)
        self.assertIn("cost per correct answer", self.replay(router, "--limit", "200"))

    def test_obeys_a_moved_gate_from_the_next_decision_on(self):
        router = self.router(0.60)
        load = subprocess.Popen([BIN, "replay", "--requests", self.outcomes, "--target", router.url, "--key-env", "FLOW_KEY", "--repeat", "--rate", "400",
                                 "--json"], env={**os.environ, "FLOW_KEY": router.token}, stdout=subprocess.DEVNULL)
        self.addCleanup(lambda: (load.kill(), load.wait()))
        until(lambda: self.count(router, "decisions") > 300, "decisions are made")
        with ControlSocket(router.control_url, router.control_token) as control:
            live = control.call("policy.get")["revision"]
            changed = control.call("policy.apply", {"policy": policy(0.95), "base": live, "reason": "flow test"})["revision"]
            _, headers, _ = router.chat(self.rows[0]["prompt"])
            self.assertEqual(int(headers["x-signalbox-policy"]), changed, "the first request after the reply obeys")
        before = self.count(router, "decisions")
        until(lambda: self.count(router, "decisions") > before + 500, "decisions go on")
        with router.store() as store:
            seen = {live: 0.60, changed: 0.95}
            for revision, gate in seen.items():
                rows = store.execute("SELECT d.escalations, a.confidence FROM decisions d JOIN attempts a ON a.decision_id = d.id AND a.n = 0 "
                                     "WHERE d.policy = ? AND d.outcome = 'ok'", (revision,)).fetchall()
                self.assertGreater(len(rows), 100)
                for row in rows:
                    self.assertEqual(row["escalations"], 1 if row["confidence"] < gate else 0, f"revision {revision}: confidence {row['confidence']}")


if __name__ == "__main__":
    unittest.main()
