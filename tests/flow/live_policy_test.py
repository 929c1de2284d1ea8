# SPDX-License-Identifier: Apache-2.0
"""A thousand changes of the live policy under load: no request fails, no stream is cut, no decision mixes two revisions, and the
first request after a reply obeys it."""
import json
import re
import signal
import threading
import time
import unittest

from control_socket import ControlSocket
from harness import SLOWER, FlowTest, Program, Router, histogram, row, simulate, until, write_outcomes

CHANGES = 1000
CONNECTIONS = 14  # each may send 20 messages a second


def gate_of(revision):
    """A threshold of its own for each revision, so that a decision tells which one it obeyed."""
    return round(0.30 + (revision % 600) * 0.001, 3)


def policy(revision):
    return {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": gate_of(revision)}}}]}


def percentile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


class LivePolicyTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(i, f"question {i}?", "yes" if i % 2 else "no", small=(1, (i % 97 + 1) / 100), large=(1, 0.99)) for i in range(500)]
        outcomes = write_outcomes(self.folder / "rows.jsonl", rows)
        upstreams = self.enter(simulate(outcomes, "small", "large"))
        self.outcomes = outcomes
        self.router = self.enter(Router(
            self.folder,
            [{"name": name, "api": "openai", "base_url": upstreams.urls[name], "models": [{"id": name, "logprobs": True}]} for name in ("small", "large")],
            [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "10s"}], policy(1)))

    def load(self, *arguments):
        return self.enter(Program("replay", "--requests", self.outcomes, "--target", self.router.url, "--key-env", "FLOW_KEY", "--repeat", "--json",
                                  *arguments, env={"FLOW_KEY": self.router.token}))

    def change(self):
        """Applies the changes, each as soon as the one before is acknowledged: (revision, sent, acknowledged) in wall microseconds."""
        controls = [self.enter(ControlSocket(self.router.control_url, self.router.control_token)) for _ in range(CONNECTIONS)]
        live = controls[0].call("policy.get")["revision"]
        done = []
        for i in range(CHANGES):
            slot = time.monotonic()
            sent = time.time_ns() // 1000
            reply = controls[i % CONNECTIONS].call("policy.apply", {"policy": policy(live + 1), "base": live, "reason": f"change {i}"})
            done.append((reply["revision"], sent, time.time_ns() // 1000))
            self.assertEqual(reply["revision"], live + 1)
            live = reply["revision"]
            time.sleep(max(0.0, 1 / (CONNECTIONS * 18) - (time.monotonic() - slot)))  # below the limit of messages
        return done

    def test_keeps_every_promise_through_a_thousand_changes(self):
        rate = 150 if SLOWER < 10 else 80  # an instrumented router that is late with everything sheds, as it should
        loads = [self.load("--rate", rate), self.load("--rate", rate, "--stream")]
        until(lambda: self.count() > 100, "decisions are made")
        before = self.commits()
        changes = self.change()
        commits = self.commits().since(before)
        after = self.count()
        until(lambda: self.count() > after + 100, "decisions go on")
        self.stopping = time.time_ns() // 1000
        for load in loads:
            self.assertEqual(load.stop(signal.SIGINT), 130)
            report = json.loads("\n".join(load.lines))
            self.assertEqual((report["failed"], report["truncated"], report["errors"]), (0, 0, {}))
            self.assertGreater(report["answered"], 100)
        self.assertEqual(self.router.stop(), 0)
        self.check_decisions()
        self.report_effect(changes, commits)

    def commits(self):
        """How long the commits of changes took, as the router counts them."""
        status, _, text = self.router.request("GET", "/metrics")
        self.assertEqual(status, 200)
        return histogram(text, "signalbox_journal_commit_seconds", of="changes")

    def count(self):
        with self.router.store() as store:
            return store.execute("SELECT COUNT(*) FROM decisions").fetchone()[0]

    def check_decisions(self):
        with self.router.store() as store:
            rows = store.execute("SELECT d.id, d.ts, d.latency_ms, d.policy, d.escalations, d.explanation, d.outcome, a.confidence FROM decisions d "
                                 "JOIN attempts a ON a.decision_id = d.id AND a.n = 0").fetchall()
        self.assertGreater(len({r["policy"] for r in rows}), CHANGES // 4, "the load saw many of the revisions")
        for r in rows:
            gate = gate_of(r["policy"])
            if r["outcome"] == "cancelled" and r["ts"] + r["latency_ms"] * 1000 >= self.stopping:
                continue  # under way when the load was stopped, which is how a client goes away
            self.assertEqual(r["outcome"], "ok", r["id"])
            self.assertEqual(r["escalations"], 1 if r["confidence"] < gate else 0, f"{r['id']}: confidence {r['confidence']}, revision {r['policy']}")
            for threshold in re.findall(r"mean-token [0-9.]+ (?:<|≥|>=) ([0-9.]+)", r["explanation"]):
                self.assertAlmostEqual(float(threshold), gate, delta=0.006, msg=f"{r['id']} mixes revisions: {r['explanation']}")

    def report_effect(self, changes, commits):
        """A change is in effect when no decision begins with an older revision any more."""
        with self.router.store() as store:
            begun = store.execute("SELECT ts, policy FROM decisions ORDER BY ts").fetchall()
        acknowledged = {revision: (sent, replied) for revision, sent, replied in changes}
        late = []
        newest = 0
        last_of_older = {}
        for r in begun:
            newest = max(newest, r["policy"])
            for revision in range(r["policy"] + 1, newest + 1):
                last_of_older[revision] = r["ts"]
        for revision, (_, replied) in acknowledged.items():
            late.append(max(0, last_of_older.get(revision, 0) - replied) / 1000)
        replies = [(replied - sent) / 1000 for sent, replied in acknowledged.values()]
        self.assertEqual(commits.count, len(changes), "one commit a change")
        print(f"\n{len(changes)} changes, {len(begun)} decisions; sent to acknowledged p50 {percentile(replies, .5):.2f} ms, p99 {percentile(replies, .99):.2f} ms; "
              f"of it the commit on disk p50 ≤ {commits.at_most(.5) * 1e3:g} ms, p99 ≤ {commits.at_most(.99) * 1e3:g} ms, mean {commits.mean * 1e3:.2f} ms; "
              f"decisions by an older revision after the reply: p99 {percentile(late, .99):.3f} ms late")
        self.assertLess(percentile(late, 0.99), 50 * SLOWER, "five times the 10 ms that it may take")


if __name__ == "__main__":
    unittest.main()
