# SPDX-License-Identifier: Apache-2.0
"""`signalbox economics`: what each tier cost and why, from the journal of a router that really ran."""
import json
import unittest

from harness import FlowTest, Router, row, run, simulate, write_outcomes

GATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.5}}}]}


class EconomicsTest(FlowTest):
    def test_tells_what_each_tier_cost_and_why(self):
        rows = [row(i, f"question {i}?", "yes", small=(1, 0.9 if i < 6 else 0.2), large=(1, 0.99)) for i in range(10)]
        outcomes = write_outcomes(self.folder / "rows.jsonl", rows)
        urls = self.enter(simulate(outcomes, "small", "large")).urls
        upstreams = [{"name": "gpu", "api": "openai", "base_url": urls["small"], "models": [{"id": "small"}], "cost": {"gpu_usd_per_hour": 2.5, "replicas": 2}},
                     {"name": "api", "api": "openai", "base_url": urls["large"], "models": [{"id": "large", "price": {"input": 100, "output": 200}}]}]
        tiers = [{"name": "local", "deployments": ["gpu/small"]}, {"name": "frontier", "deployments": ["api/large"]}]
        router = self.enter(Router(self.folder, upstreams, tiers, GATED))
        for one in rows:
            status, headers, text = router.chat(one["prompt"])
            self.assertEqual(status, 200, text)
        router.decision(headers["x-signalbox-decision-id"])
        done = run("economics", "--config", router.config_file, "--json", env=router.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["decisions"], 10)
        by_tier = {one["tier"]: one for one in report["deployments"]}
        self.assertEqual([by_tier["local"][name] for name in ("served", "refused", "failed")], [6, 4, 0])
        self.assertEqual(by_tier["frontier"]["served"], 4)
        with router.store() as store:
            cost = dict(store.execute("SELECT tier, sum(cost_usd) FROM attempts GROUP BY tier").fetchall())
        for tier, usd in cost.items():
            self.assertAlmostEqual(by_tier[tier]["cost_usd"], usd)
        gpu, = report["hourly"]
        self.assertEqual((gpu["usd_per_hour"], gpu["decisions"], gpu["attempts"], gpu["api"], gpu["api_n"]), (5.0, 6, 10, "api/large", 10))
        self.assertTrue(0 < gpu["utilisation"] <= 1, gpu)
        self.assertAlmostEqual(gpu["cost_usd"], gpu["hours"] * 5)
        self.assertAlmostEqual(gpu["break_even_per_hour"], 5 / gpu["api_usd_per_decision"])
        table = run("economics", "--config", router.config_file, env=router.env)
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn("breaks even at", table.stdout)

    def test_says_what_is_wrong(self):
        self.assertEqual(run("economics", "--since", "yesterday").returncode, 2)
        missing = run("economics", "--config", self.folder / "none.yaml")
        self.assertEqual((missing.returncode, missing.stdout), (1, ""))
        self.assertIn("none.yaml", missing.stderr)


if __name__ == "__main__":
    unittest.main()
