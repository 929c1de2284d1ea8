# SPDX-License-Identifier: Apache-2.0
"""What is known of how quick upstreams are, and what is done about slow ones: keep-warm, states, hedging, the budget of a cascade."""
import json
import time
import unittest

from failure_test import UNGATED, upstream
from harness import SLOWER, Router, request, row, run, set_fault, simulate, until, write_outcomes
from protection_test import Protected


class KeepWarmTest(Protected):
    def test_an_idle_upstream_is_asked_and_a_slow_answer_makes_it_cold(self):
        outcomes = write_outcomes(self.folder / "warm.jsonl", [row(0, "question?", "yes", small=(1, 0.9))])
        self.first = self.enter(simulate(outcomes, "small", generate=True)).urls["small"]
        warm = {**upstream("first", self.first, "small"), "keep_warm": {"every": "400ms", "expect_within": f"{int(300 * SLOWER)}ms"}}
        warm["models"][0]["price"] = {"input": 1000, "output": 1000, "per": "1M"}
        self.router = self.enter(Router(self.folder, [warm], [{"name": "local", "deployments": ["first/small"]}], UNGATED))
        until(lambda: self.asked(self.first) >= 3, "it is asked though no client does")
        self.assertEqual(self.listed()["first"]["deployments"][0]["health"], "ok")

        def written():
            with self.router.store() as store:
                return store.execute("SELECT * FROM attempts WHERE role = 'probe'").fetchall()
        probe = until(written, "probes are in the journal")[0]
        self.assertEqual((probe["decision_id"], probe["tier"], probe["model"], probe["upstream"], probe["status"], probe["error"]),
                         (None, "local", "small", "first", 200, None))
        self.assertGreater(probe["cost_usd"], 0)
        with self.router.store() as store:
            self.assertEqual(store.execute("SELECT count(*) FROM decisions").fetchone()[0], 0)
        metrics = self.router.request("GET", "/metrics")[2]
        self.assertRegex(metrics, r'signalbox_upstream_probe_cost_usd_total\{upstream="first"\} 0\.\d*[1-9]')
        self.assertRegex(metrics, r"signalbox_cost_usd_total 0\n")
        listed = self.listed()["first"]
        self.assertGreaterEqual(listed["probes"]["sent"], 3)
        self.assertGreater(listed["probes"]["cost_usd"], 0)
        self.assertEqual(listed["requests"], 0)

        before = self.listed()["first"]["probes"]["sent"]
        self.assertTrue(all(answer[1] == 200 for answer in self.crowd(1, 2)))
        self.assertLessEqual(self.listed()["first"]["probes"]["sent"] - before, 1, "who has clients is not probed besides")

        requests = self.listed()["first"]["requests"]
        set_fault(self.first, f"1*delay={int(900 * SLOWER)}ms; ok")
        asked = until(lambda: (one := self.listed()["first"])["in_flight"] and one, "a probe is open")
        self.assertEqual(asked["requests"], requests, "a count that goes down when a probe ends would look like a new start")
        until(lambda: self.listed()["first"]["health"] == "cold", "a slow answer after a pause makes it cold")
        until(lambda: any("was cold" in line for line in self.router.program.errors), "the log says so")
        until(lambda: self.listed()["first"]["health"] == "ok", "the next is quick again")
        self.assertIn('signalbox_deployment_state{upstream="first",model="small",state="ok"} 1', self.router.request("GET", "/metrics")[2])

        set_fault(self.first, "1*status=500; ok")
        failed = until(lambda: (one := self.listed()["first"])["probes"]["failed"] and one, "a probe fails")
        self.assertEqual((failed["requests"], failed["failures"]), (requests, 0), "what fails there is told apart too")


class HealthTest(Protected):
    def test_states_are_told(self):
        self.serve()
        self.assertEqual([one["health"] for one in self.listed().values()], ["unknown", "unknown"])
        set_fault(self.first, "1*status=429,retry-after=30; ok")
        set_fault(self.second, "ok")
        self.ask()
        first, second = self.listed()["first"], self.listed()["second"]
        self.assertEqual((first["health"], second["health"], second["breaker"]), ("limited", "ok", "closed"))
        self.assertGreater(first["deployments"][0]["wait_s"], 20)
        set_fault(self.second, "junk-json")
        for _ in range(6):
            self.ask()
        self.assertEqual((self.listed()["second"]["health"], self.listed()["second"]["breaker"]), ("open", "open"))


class HedgeTest(Protected):
    def test_a_late_attempt_gets_another_beside_it_within_its_share(self):
        self.serve(hedge={"after": "100ms", "most": "2%"}, timeout="20s")
        for _ in range(50):  # which is what one hedged request takes
            self.assertEqual(self.ask()[2]["x-signalbox-upstream"], "first")
        set_fault(self.first, "delay=10s")
        status, _, headers, took = self.ask()
        self.assertEqual((status, headers["x-signalbox-upstream"]), (200, "second"))
        self.assertLess(took, 5 * SLOWER)
        attempts = self.router.attempts(headers["x-signalbox-decision-id"])
        self.assertEqual([(a["upstream"], a["role"], a["error"]) for a in attempts], [("first", "serve", "cancelled"), ("second", "hedge", None)])
        self.assertGreater(attempts[0]["input_tokens"], 0, "what it was asked is charged")
        self.assertLess(int(headers["x-signalbox-overhead-us"]), 50_000 * SLOWER, "an attempt was open all the time")
        metrics = self.router.request("GET", "/metrics")[2]
        self.assertRegex(metrics, r"signalbox_failed_attempts_total 0\n", "who lost a race has not failed")
        self.assertRegex(metrics, r'signalbox_upstream_failures_total\{upstream="first"\} 0\n')
        self.assertRegex(metrics, r'signalbox_attempts_total\{role="hedge"\} 1\n')
        self.assertEqual(self.listed()["first"]["deployments"][0]["health"], "ok")

        set_fault(self.first, "delay=150ms")
        before = self.asked(self.second)
        answers = [self.ask() for _ in range(50)]
        self.assertTrue(all(answer[0] == 200 for answer in answers))
        self.assertLessEqual(self.asked(self.second) - before, 2)

    def test_more_than_its_share_is_refused(self):
        self.serve(hedge={"after": "p95"}).stop()
        refused = Router(self.folder, [upstream("first", self.first, "small")],
                         [{"name": "local", "deployments": ["first/small"], "hedge": {"after": "1s", "most": "5%"}}], UNGATED)
        checked = run("check", "--config", refused.config_file, env=refused.env)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("at most 2%", checked.stdout + checked.stderr)


class LatencyBudgetTest(Protected):
    def test_a_cascade_that_cannot_fit_is_not_begun(self):
        policy = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.2}},
                                 "latency": {"p95-budget": f"{int(200 * SLOWER)}ms", "over-budget": "direct"}}]}
        upstreams = [upstream("first", self.first, "small"), upstream("second", self.second, "small")]
        tiers = [{"name": "local", "deployments": ["first/small"]}, {"name": "frontier", "deployments": ["second/small"]}]
        self.router = self.enter(Router(self.folder, upstreams, tiers, policy))
        set_fault(self.first, f"delay={int(300 * SLOWER)}ms")
        for n in range(19):
            self.assertEqual(self.ask(max_tokens=16)[2]["x-signalbox-reason"], "cascade", f"{n} are too few to tell")
        self.assertEqual(self.ask(max_tokens=16)[2]["x-signalbox-tier"], "local")
        _, _, headers, took = self.ask(max_tokens=16)
        self.assertEqual((headers["x-signalbox-reason"], headers["x-signalbox-tier"]), ("latency", "frontier"))
        self.assertLess(took, 0.2 * SLOWER)
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertRegex(decision["explanation"], r"p95 of local \d+ \(n 20\) \+ frontier unknown \(n 0\) ms is over \d+ ms: straight to frontier")
        self.assertEqual((decision["start_tier"], decision["escalations"]), ("frontier", 0))
        self.assertEqual(self.ask()[2]["x-signalbox-reason"], "cascade", "of answers that may be long nothing is known")


if __name__ == "__main__":
    unittest.main()
