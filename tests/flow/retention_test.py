# SPDX-License-Identifier: Apache-2.0
"""What is older than store.keep is deleted, and everyone who asks about that time is told."""
import re
import unittest

from control_socket import ControlSocket
from harness import FlowTest, Router, row, simulate, until, write_outcomes

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}


class RetentionTest(FlowTest):
    def serve(self, keep):
        outcomes = write_outcomes(self.folder / "outcomes.jsonl", [row(1, "question 1?", "a", small=(1, 0.9))])
        upstream = {"name": "sim", "base_url": self.enter(simulate(outcomes, "small")).urls["small"], "models": [{"id": "small"}]}
        return Router(self.folder, [upstream], [{"name": "local", "deployments": ["sim/small"]}], UNGATED,
                      {"store": {"path": "signalbox.db", "keep": keep}})

    def answered(self, router):
        status, headers, text = router.chat("question 1?")
        self.assertEqual(status, 200, text)
        return headers["x-signalbox-decision-id"]

    def metrics(self, router, since):
        with ControlSocket(router.control_url, router.control_token) as control:
            return control.call("metrics.query", {"since": since, "until": "2100-01-01T00:00:00Z", "bucket": "none"})

    def status(self, router):
        with ControlSocket(router.control_url, router.control_token) as control:
            return control.call("status.subscribe", {"every_ms": 1000})["journal"]

    def retired(self, router):
        text = router.request("GET", "/metrics")[2]
        return int(re.search(r"^signalbox_journal_retired_total (\d+)$", text, re.MULTILINE).group(1))

    def test_old_decisions_go_and_the_answers_say_since_when_there_are_any(self):
        with self.serve("30d") as router:
            first = [self.answered(router) for _ in range(3)]
            for decision in first:
                router.decision(decision)
            self.assertEqual(self.metrics(router, "2020-01-01T00:00:00Z")["total"]["requests"], 3)
            self.assertIsNone(self.metrics(router, "2020-01-01T00:00:00Z")["kept_since"])
            self.assertIsNone(self.status(router)["kept_since"])
            self.assertEqual(self.retired(router), 0)
            router.stop()
        with self.serve("1s") as router:
            newest = self.answered(router)
            router.decision(newest)
            until(lambda: self.retired(router) == 3, "they are deleted; the newest stays")
            with router.store() as store:
                self.assertEqual([one["id"] for one in store.execute("SELECT id FROM decisions")], [newest])
            kept_since = self.status(router)["kept_since"]
            self.assertEqual(self.metrics(router, "2020-01-01T00:00:00Z")["kept_since"], kept_since)
            self.assertIsNone(self.metrics(router, "2099-01-01T00:00:00Z")["kept_since"], "nothing is missing from there on")
            said = [line for line in router.program.errors if "oldest decisions are being deleted" in line]
            self.assertEqual(len(said), 1, router.program.errors)
            self.assertIn("store.keep", said[0])


if __name__ == "__main__":
    unittest.main()
