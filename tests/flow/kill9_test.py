# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load, ten times, or as often as SIGNALBOX_KILLS says: every acknowledged change is there, the journal opens, rows are
lost of the last 100 ms at most, none of them without a trace, and the restart says how much was unfinished."""
import http.client
import json
import os
import re
import signal
import sqlite3
import threading
import time
import unittest
from urllib.parse import urlsplit

from control_socket import ControlSocket
from harness import PATIENCE, SLOWER, FlowTest, Router, row, simulate, write_outcomes

ROUNDS = int(os.environ.get("SIGNALBOX_KILLS", "10"))
YOUNG = 0.1 * SLOWER  # seconds; older answers have their rows


def policy(gate):
    return {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": gate}}}]}


class Progress:
    """What was answered and acknowledged so far; the one who strikes waits for it."""

    def __init__(self):
        self.changed = threading.Condition()
        self.answered, self.acknowledged = [], []

    def add(self, to, what):
        with self.changed:
            to.append(what)
            self.changed.notify()

    def reach(self, answers, changes):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.answered) >= answers and len(self.acknowledged) >= changes, PATIENCE):
                raise AssertionError(f"only {len(self.answered)} answers and {len(self.acknowledged)} changes in {PATIENCE} s")


class Client(threading.Thread):
    """Sends requests until it is cut off; notes what was answered and when (steady seconds)."""

    def __init__(self, router, seed, progress):
        super().__init__(daemon=True)
        self.router, self.seed, self.progress = router, seed, progress

    def run(self):
        parts = urlsplit(self.router.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        try:
            for i in range(1_000_000):
                body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": f"question {(self.seed * 37 + i) % 200}?"}]})
                connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json", "authorization": f"Bearer {self.router.token}"})
                answer = connection.getresponse()
                answer.read()
                self.progress.add(self.progress.answered, (answer.getheader("x-signalbox-decision-id"), time.monotonic()))
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


class Changer(threading.Thread):
    """Changes the policy until it is cut off, below the limit of 20 messages a second; notes what was acknowledged."""

    def __init__(self, router, progress):
        super().__init__(daemon=True)
        self.router, self.progress = router, progress

    def run(self):
        try:
            with ControlSocket(self.router.control_url, self.router.control_token) as control:
                live = control.call("policy.get")["revision"]
                while True:
                    gate = round(0.2 + (live % 500) / 1000, 3)
                    live = control.call("policy.apply", {"policy": policy(gate), "base": live, "reason": "under fire"})["revision"]
                    self.progress.add(self.progress.acknowledged, (live, gate))
                    time.sleep(0.05)  # the pace of its changes: 20 messages a second are allowed
        except (OSError, ConnectionError):
            pass


class Kill9Test(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(i, f"question {i}?", "yes" if i % 2 else "no", small=(1, (i % 97 + 1) / 100), large=(1, 0.99)) for i in range(200)]
        upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "large", ttft_ms="2,6"))
        self.router = self.enter(Router(
            self.folder,
            [{"name": name, "api": "openai", "base_url": upstreams.urls[name], "models": [{"id": name, "logprobs": True}]} for name in ("small", "large")],
            [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "10s"}], policy(0.2)))

    def strike(self, round_number):
        """Kills at an answer, so at another moment of the journal's group in each round."""
        progress = Progress()
        threads = [*(Client(self.router, seed, progress) for seed in range(4)), Changer(self.router, progress)]
        for thread in threads:
            thread.start()
        progress.reach(answers=60 + 17 * (round_number % 10), changes=5)
        os.kill(self.router.program.process.pid, signal.SIGKILL)
        killed = time.monotonic()
        self.router.stop(signal.SIGKILL)
        for thread in threads:
            thread.join(20)
        return killed, progress.answered, progress.acknowledged

    def test_loses_nothing_acknowledged(self):
        unfinished, lost_rows, oldest_lost = [], [], 0.0
        for round_number in range(ROUNDS):
            killed, answered, acknowledged = self.strike(round_number)
            began = time.monotonic()
            self.router.start()
            restart = time.monotonic() - began
            with self.router.store() as store:
                self.assertEqual(store.execute("PRAGMA integrity_check").fetchone()[0], "ok")
                known = dict(store.execute("SELECT id, outcome FROM decisions").fetchall())
            with ControlSocket(self.router.control_url, self.router.control_token) as control:
                live = control.call("policy.get")["revision"]
                last, gate = acknowledged[-1]
                self.assertGreaterEqual(live, last)
                kept = control.call("policy.get", {"revision": last})["policy"]
                self.assertEqual(kept["workloads"][0]["gate"]["local"]["escalate-below"], gate)
                for revision, one in acknowledged[-5:]:
                    kept = control.call("policy.get", {"revision": revision})["policy"]
                    self.assertEqual(kept["workloads"][0]["gate"]["local"]["escalate-below"], one)
                self.assertTrue(control.call("audit.list", {"limit": 1})["chain"]["verified"])
            for decision, _ in answered:
                self.assertIn(decision, known, "what was answered is in the journal, be it as interrupted")
            lost = [killed - at for decision, at in answered if known[decision] == "interrupted"]
            oldest_lost = max([oldest_lost, *lost])
            lost_rows.append(len(lost))
            interrupted = sum(1 for outcome in known.values() if outcome == "interrupted") - sum(unfinished)
            said = [line for line in self.router.program.errors if "never finished" in line]
            self.assertEqual(int(re.search(r"(\d+) requests", said[0]).group(1)) if said else 0, interrupted, "the restart says how many")
            unfinished.append(interrupted)
            self.assertLess(restart, 5 * 1 * SLOWER, "a second is the figure")
        print(f"\n{ROUNDS} × kill -9: unfinished, as the restarts said, {sum(unfinished)}, {max(unfinished)} at most at once; answered but without "
              f"their row {sum(lost_rows)}, the oldest of them {oldest_lost * 1e3:.1f} ms before the end")
        self.assertLess(oldest_lost, YOUNG, "only rows of the last 100 ms may be lost")
        self.assertGreater(sum(unfinished), 0, "some requests were under way when it was struck")


if __name__ == "__main__":
    unittest.main()
