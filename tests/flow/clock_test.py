# SPDX-License-Identifier: Apache-2.0
"""The failure matrix, third part: a wall clock that is set forward and back by hours and days while the router runs; the steady clock
goes on (moved_clock.cpp). As in matrix_test.py each test looks at bytes, rows, metrics and time."""
import itertools
import json
import struct
import threading
import time
import unittest
from email.utils import parsedate_to_datetime

from control_socket import ControlSocket
from harness import SLOWER, request, set_fault, simulate, sse, until
from key_limits_test import COST
from key_limits_test import PRICE as DEAR
from matrix_test import LONG, Matrix, preloaded
from record_test import Provider, whole

HOUR, DAY = 3600, 86400
JUMPS = (3 * HOUR, 0, -3 * HOUR, 40 * DAY, -40 * DAY, 0)


class ClockTest(Matrix):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "clock"
        self.file.write_bytes(struct.pack("q", 0))
        self.env = preloaded(self, "moved_clock", SIGNALBOX_MOVED_CLOCK_FILE=str(self.file))

    def jump(self, seconds):
        """The clock is wrong by so much once this returns."""
        with open(self.file, "r+b", buffering=0) as file:
            file.write(struct.pack("q", seconds))

        def shown():
            told = parsedate_to_datetime(request(self.router.url, "GET", "/healthz")[1]["date"]).timestamp()
            return abs(told - time.time() - seconds) < HOUR
        until(shown, f"the router's clock is wrong by {seconds} s")

    def sane(self, decision, took):
        """Durations of a row are such as passed at the client."""
        self.assertTrue(0 < decision["latency_ms"] <= took * 1000, (decision["latency_ms"], took))
        self.assertTrue(0 <= decision["overhead_us"] <= decision["latency_ms"] * 1000, decision["overhead_us"])
        if decision["ttft_ms"] is not None:
            self.assertTrue(0 < decision["ttft_ms"] <= decision["latency_ms"])
        for attempt in self.router.attempts(decision["id"]):
            self.assertTrue(0 < attempt["latency_ms"] <= decision["latency_ms"])

    def test_requests_and_streams_that_are_under_way_go_on(self):
        third = self.enter(simulate(self.folder / "rows.jsonl", "small")).urls["small"]
        tiers = [{"name": "slow", "deployments": ["second/small"], "timeout": "20s"}, {"name": "hurried", "deployments": ["third/small"], "timeout": "1s"}]
        self.serve(self.first, self.second, third=third, timeout="20s", more_tiers=tiers, env=self.env)
        set_fault(self.first, "drip=250ms")
        set_fault(self.second, "delay=2500ms")
        set_fault(third, "delay=60s")
        results = {}

        def ask(name, prompt, **fields):
            began = time.monotonic()
            results[name] = *self.router.chat(prompt, timeout=120 * SLOWER, **fields), time.monotonic() - began
        threads = [threading.Thread(target=ask, args=(name, prompt), kwargs=fields) for name, prompt, fields in (
            ("stream", LONG, {"model": "first/small", "stream": True}), ("whole", "question?", {"model": "tier:slow", "max_tokens": 16}),
            ("late", "question?", {"model": "tier:hurried", "max_tokens": 16}))]
        for thread in threads:
            thread.start()
        until(lambda: self.asked(self.first) and self.asked(self.second) and self.asked(third), "all are under way")
        for jump in itertools.cycle(JUMPS):
            self.jump(jump)
            if not any(thread.is_alive() for thread in threads):
                break
            time.sleep(0.1)  # the pace of the clock that is played
        for name, status, outcome, error, least in (("stream", 200, "ok", None, 2), ("whole", 200, "ok", None, 2.5),
                                                    ("late", 504, "error", "upstream_timeout", 1)):
            self.status, self.headers, self.text, self.took = results[name]
            self.assertEqual(self.status, status, self.text)
            self.assertGreaterEqual(self.took, 0.9 * least)
            self.in_time(least)
            upstream = {"stream": "first", "whole": "second", "late": "third"}[name]
            decision, _ = self.recorded(status, outcome, error, [(upstream, "serve", error)])
            self.sane(decision, self.took)
        data, comments = sse(results["stream"][2])
        self.assertEqual(data[-1], "[DONE]")
        self.assertEqual("".join(json.loads(one)["choices"][0]["delta"].get("content") or "" for one in data[:-1]),
                         "an answer of so many words that it comes in many pieces")
        self.assertEqual([one for one in comments if not one.startswith("signalbox cost")], [], "no heartbeat was due")
        self.told(504, "upstream_timeout")
        self.assertEqual((self.counted("signalbox_outcomes_total", outcome="ok"), self.counted("signalbox_outcomes_total", outcome="error")), (2, 1))
        self.assertEqual(self.counted("signalbox_deployment_failures_total"), 1)
        self.assertEqual(self.counted("signalbox_request_duration_seconds_count"), 3)
        self.assertLess(self.counted("signalbox_request_duration_seconds_sum"), sum(one[3] for one in results.values()))
        self.assertLess(self.counted("signalbox_overhead_seconds_sum"), SLOWER)

    def test_limits_cool_downs_and_breakers_last_for_their_real_time(self):
        third = self.enter(simulate(self.folder / "rows.jsonl", "small")).urls["small"]
        keys = [{"name": "app", "key": {"env": "FLOW_APP"}, "limits": {"rpm": 3}}, {"name": "free", "key": {"env": "FLOW_FREE"}}]
        self.serve(self.first, self.second, more_tiers=[{"name": "limited", "deployments": ["third/small"], "timeout": "5s"}], third=third,
                   extra={"keys": keys}, env={**self.env, "FLOW_APP": "key-of-the-app", "FLOW_FREE": "key-of-the-other"})
        self.router.token = "key-of-the-other"
        limited = {"headers": {"authorization": "Bearer key-of-the-app"}}
        set_fault(self.first, "5*status=501; ok")
        set_fault(third, "1*status=429,retry-after=20; ok")
        for _ in range(3):
            self.assertEqual(self.ask(model="second/small", **limited), 200)
        minute_began = time.monotonic() - self.took
        self.ask(model="tier:limited")
        self.told(429, "upstream_rate_limited")
        cooling_since = time.monotonic() - self.took
        while self.asked(self.first) < 5:
            self.ask()
        opened_since = time.monotonic() - self.took

        def refused(left, code):
            """A refusal that tells what is left of the real time."""
            if self.status == 200:
                return False
            self.told(429, code)
            wait = int(self.headers["retry-after"])
            self.assertTrue(1 <= wait <= max(1, left) + 2, f"{code}: wait {wait} with {left:.1f} s left")
            return True

        def is_open(_):
            if self.headers["x-signalbox-upstream"] == "first":
                return False
            self.assertEqual((self.status, self.asked(self.first)), (200, 5), "the other one answers, and nobody else is asked")
            return True

        def is_cooling(left):
            self.assertEqual(self.asked(third), 1 if self.status == 429 else 2)
            return refused(left, "upstream_rate_limited")
        waiting = {"breaker": (30, opened_since, {}, is_open),
                   "cool-down": (20, cooling_since, {"model": "tier:limited"}, is_cooling),
                   "minute": (60, minute_began, {"model": "second/small", **limited}, lambda left: refused(left, "rate_limit_exceeded"))}
        looks = dict.fromkeys(waiting, 0)
        jumps = itertools.cycle((2 * HOUR, -2 * HOUR, 26 * HOUR, -26 * HOUR, 0))
        while waiting:
            self.jump(next(jumps))
            for name, (lasts, since, what, in_force) in list(waiting.items()):
                before = time.monotonic() - since
                self.ask(**what)
                self.in_time(0.1)
                self.sane(self.router.decision(self.headers["x-signalbox-decision-id"]), self.took)
                if in_force(lasts - before):
                    self.assertLess(before, 5 * lasts, f"{name} does not end")
                    looks[name] += 1
                else:
                    self.assertGreaterEqual(time.monotonic() - since, lasts - 0.5, f"{name} ended early")
                    del waiting[name]
            time.sleep(0.2)  # the pace of the clock that is played
        self.assertGreater(min(looks.values()), 10, "each was looked at at many wrong times")
        self.assertEqual(self.counted("signalbox_errors_total", code="rate_limit_exceeded"), looks["minute"])
        self.assertEqual(self.counted("signalbox_errors_total", code="upstream_rate_limited"), 1 + looks["cool-down"])

    def test_ids_grow_and_no_row_is_lost_or_deleted(self):
        self.serve(self.first, env=self.env)
        asked = []
        with ControlSocket(self.router.control_url, self.router.control_token) as control:
            tail = control.call("decisions.subscribe")
            for jump in (0, *JUMPS):
                self.jump(jump)
                for _ in range(10):
                    self.assertEqual(self.ask(stream=len(asked) % 2 == 1), 200, self.text)
                    self.in_time(0.2)
                    decision, _ = self.recorded(200, "ok", None, [("first", "serve", None)])
                    self.sane(decision, self.took)
                    self.assertLess(abs(decision["ts"] / 1e6 - time.time() - jump), 10 * SLOWER, "the row tells the wall's time")
                    asked.append(decision["id"])
            self.assertEqual(asked, sorted(set(asked)), "ids grow, whatever the clock says")
            total = control.call("metrics.query", {"since": "2020-01-01", "until": "2100-01-01"})["total"]
            self.assertEqual((total["requests"], total["errors"], total["cost_known"]), (len(asked), 0, len(asked)))
            self.assertLess(total["latency_ms"]["p99"], 1000 * SLOWER)
            self.assertEqual(control.call("decisions.query", {"limit": 5})["count"], len(asked))
            until(lambda: control.call("metrics.query", {"since": "2020-01-01", "until": "2100-01-01"}) and
                  sum(len(note["params"]["items"]) for note in control.notes) == len(asked), "the live tail has them all, in order")
            self.assertEqual([one["id"] for note in control.notes for one in note["params"]["items"]], asked)
            self.assertEqual(control.notes[-1]["params"]["seq"], tail["seq"] + len(asked))
        self.assertEqual(self.counted("signalbox_outcomes_total", outcome="ok"), len(asked))
        self.assertEqual(self.counted("signalbox_journal_retired_total"), 0, "a moment in the future deletes nothing of today")
        self.assertEqual(self.counted("signalbox_journal_dropped_total"), 0)
        with self.router.store() as store:
            self.assertEqual([one["id"] for one in store.execute("SELECT id FROM decisions ORDER BY seq")], asked)

    def test_a_day_that_comes_back_is_as_spent_as_it_was(self):
        provider = self.enter(Provider(lambda body, send: send(200, whole())))
        keys = [{"name": "app", "key": {"env": "FLOW_APP"}, "limits": {"usd_per_day": 2.5 * COST}}]
        self.serve(provider.url, price=DEAR, extra={"keys": keys}, env={**self.env, "FLOW_APP": "key-of-the-app"})
        self.router.token = "key-of-the-app"

        def spend():
            return sum(1 for _ in iter(self.ask, 429))
        self.assertEqual(spend(), 3)
        for jump, answered in ((DAY, 3), (0, 0), (-DAY, 3), (DAY, 0), (0, 0)):
            self.jump(jump)
            until(lambda: self.ask() == 200 or "still being read" not in self.text, "it is read what that day has cost")
            answered -= self.status == 200
            self.assertEqual(spend(), answered, f"{jump} s from here")
            self.told(429, "insufficient_quota")
            self.in_time(0.2)
            decision = self.router.decision(self.headers["x-signalbox-decision-id"])
            self.assertEqual((decision["status"], decision["outcome"], decision["error"]), (429, "shed", "insufficient_quota"))
        self.assertEqual(len(provider.asked), 9)

    def test_a_budget_counts_what_the_day_had_spent_before_a_start_with_a_wrong_clock(self):
        provider = self.enter(Provider(lambda body, send: send(200, whole())))
        keys = [{"name": "app", "key": {"env": "FLOW_APP"}, "limits": {"usd_per_day": 2.5 * COST}}]
        self.serve(provider.url, price=DEAR, extra={"keys": keys}, env={**self.env, "FLOW_APP": "key-of-the-app"})
        self.router.token = "key-of-the-app"
        self.assertEqual([self.ask() for _ in range(4)], [200, 200, 200, 429])
        self.router.stop()
        with open(self.file, "r+b", buffering=0) as file:
            file.write(struct.pack("q", -40 * DAY))
        self.router.start()
        self.assertEqual(self.ask(), 200, "forty days ago nothing had been spent")
        self.jump(0)
        until(lambda: self.ask() == 429 and "has spent it" in self.text, "the day's spend is read")
        self.assertEqual(len(provider.asked), 4, "and nothing is let through before it is")


if __name__ == "__main__":
    unittest.main()
