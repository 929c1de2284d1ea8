# SPDX-License-Identifier: Apache-2.0
"""A gate that takes out what a model says on the whole: `prior-correction: running`."""
import unittest

from harness import FlowTest, Router, row, simulate, write_outcomes

USUAL, RARE = 40, 4


class PriorCorrectionTest(FlowTest):
    """A model that says `yes` to nearly everything, always with the same probability."""

    def setUp(self):
        super().setUp()
        rows = [row(i, f"usual {i}", "yes", "quiz", small=(1, 0.6), large=(1, 0.99)) for i in range(USUAL)]
        rows += [row(1000 + i, f"rare {i}", "no", "quiz", small=(1, 0.6), large=(1, 0.99)) for i in range(RARE)]
        rows += [row(2000, "third", "maybe", "quiz", small=(1, 0.6), large=(1, 0.99))]
        urls = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "large")).urls
        upstreams = [{"name": n, "api": "openai", "base_url": urls[n], "models": [{"id": n, "logprobs": True}]} for n in ("small", "large")]
        tiers = [{"name": "local", "deployments": ["small/small"], "timeout": "5s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "5s"}]
        self.router = self.enter(Router(self.folder, upstreams, tiers, self.policy("running")))

    @staticmethod
    def policy(correction):
        gate = {"signal": "top-class", "escalate-below": 0.5, "prior-correction": correction}
        return {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": gate}, "validate": {"enum": ["yes", "no", "maybe"]}}]}

    def asked(self, prompt, **fields):
        status, headers, _ = self.router.chat(prompt, **fields)
        self.assertEqual(status, 200)
        return headers

    def test_what_is_said_to_everything_is_trusted_less(self):
        first = self.asked("usual 0")
        self.assertEqual(first["x-signalbox-tier"], "local")
        self.assertAlmostEqual(float(first["x-signalbox-confidence"]), 0.6, places=6)
        for i in range(1, USUAL - 1):
            self.asked(f"usual {i}", stream=bool(i % 2))
        usual, rare = self.asked(f"usual {USUAL - 1}"), self.asked("rare 0")
        self.assertEqual((usual["x-signalbox-tier"], rare["x-signalbox-tier"]), ("frontier", "local"))
        self.assertGreater(float(rare["x-signalbox-confidence"]), 0.6)
        kept = self.router.decision(rare["x-signalbox-decision-id"])
        self.assertEqual((kept["calibration"], round(kept["confidence_raw"], 6)), ("running-prior", 0.6))
        self.assertIn("corrected from 0.60", kept["explanation"])
        asked_first = self.router.attempts(usual["x-signalbox-decision-id"])[0]
        self.assertLess(asked_first["confidence"], 0.5)
        self.assertAlmostEqual(asked_first["confidence_raw"], 0.6, places=6)

    def test_without_it_both_are_trusted_alike(self):
        self.router.apply(self.policy("off"))
        for i in range(USUAL):
            answer = self.asked(f"usual {i}")
            self.assertEqual(answer["x-signalbox-tier"], "local")
            self.assertAlmostEqual(float(answer["x-signalbox-confidence"]), 0.6, places=6)
        kept = self.router.decision(answer["x-signalbox-decision-id"])
        self.assertFalse(kept["calibration"])


if __name__ == "__main__":
    unittest.main()
