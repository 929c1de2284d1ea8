# SPDX-License-Identifier: Apache-2.0
"""The failure matrix: what a failure of an upstream must look like, row by row. Each test plays one failure and looks at four things:
the bytes that the client gets, the row of the journal, the metrics, and the time it took."""
import json
import os
import re
import socket
import sys
import threading
import time
import unittest
from pathlib import Path

from harness import BIN, SLOWER, FlowTest, Router, request, row, set_fault, simulate, sse, write_outcomes

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
PRICE = {"input": 1, "output": 2}
LONG = "a long one?"


def preloaded(test, name, **env):
    """The environment of a router with NAME.cpp loaded before it; skips the test where that is not built."""
    library = Path(BIN).parent / f"libsignalbox_{name}.so"
    if not library.exists():
        print(f"SKIPPED: needs {library}", file=sys.stderr)
        test.skipTest(f"needs {library}, which is built with the tests")
    return {"LD_PRELOAD": str(library), "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0", **env}  # it wants to be first itself


class Matrix(FlowTest):
    """Two upstreams that can be told to fail; one URL makes a tier of the first alone; a third is for `more_tiers`."""

    def setUp(self):
        super().setUp()
        rows = [row(1, "question?", "yes", small=(1, 0.9)),
                row(2, LONG, "an answer of so many words that it comes in many pieces", "open", small=(1, 0.9))]
        outcomes = write_outcomes(self.folder / "rows.jsonl", rows)
        self.first = self.enter(simulate(outcomes, "small")).urls["small"]
        self.second = self.enter(simulate(outcomes, "small")).urls["small"]

    def serve(self, *urls, timeout="5s", policy=UNGATED, price=PRICE, third=None, more_tiers=(), **options):
        names = ("first", "second")[:len(urls)]
        known = [*zip(names, urls), *([("third", third)] if third else [])]
        upstreams = [{"name": name, "api": "openai", "base_url": url, "models": [{"id": "small", "price": price}]} for name, url in known]
        tiers = [{"name": "local", "deployments": [f"{name}/small" for name in names], "timeout": timeout}]
        self.router = self.enter(Router(self.folder, upstreams, [*tiers, *more_tiers], policy, **options))
        self.before = self.metrics()

    @staticmethod
    def asked(url):
        return json.loads(request(url, "GET", "/simulated/stats")[2])["requests"]

    def metrics(self):
        text = request(self.router.url, "GET", "/metrics")[2]
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line and not line.startswith("#")}

    def counted(self, name, **labels):
        """What a metric has grown by, summed over the samples that have these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]

        def total(samples):
            return sum(value for sample, value in samples.items() if re.match(re.escape(name) + r"(\{|$)", sample) and all(w in sample for w in wanted))
        return total(self.metrics()) - total(self.before)

    def ask(self, prompt="question?", **fields):
        began = time.monotonic()
        self.status, self.headers, self.text = self.router.chat(prompt, timeout=120 * SLOWER, **fields)
        self.took = time.monotonic() - began
        return self.status

    def recorded(self, status, outcome, error, attempts):
        """The journal's row of the last answer, and its attempts as (upstream, role, error)."""
        decision = self.router.decision(self.headers["x-signalbox-decision-id"])
        self.assertEqual((decision["status"], decision["outcome"], decision["error"]), (status, outcome, error))
        rows = self.router.attempts(decision["id"])
        self.assertEqual([(a["upstream"], a["role"], a["error"]) for a in rows], attempts)
        return decision, rows

    def told(self, status, code):
        self.assertEqual(self.status, status, self.text)
        error = json.loads(self.text)["error"]
        self.assertEqual(error["code"], code, self.text)
        self.assertTrue(error["message"] and error["type"])
        return error

    def in_time(self, seconds):
        """Five times the figure, as for every deadline here."""
        self.assertLess(self.took, 5 * seconds * SLOWER)

    def broken_off(self, code):
        """A stream that has begun and ends in an error event, without its terminal event."""
        self.assertEqual(self.status, 200)
        data, _ = sse(self.text)
        self.assertNotIn("[DONE]", self.text)
        self.assertEqual(json.loads(data[-1])["error"]["code"], code, data[-1])


class RefusedTest(Matrix):
    def closed_port(self):
        closed = socket.socket()
        closed.bind(("127.0.0.1", 0))
        self.addCleanup(closed.close)
        return closed.getsockname()[1]

    def unreachable(self, url, code):
        self.serve(url)
        self.ask()
        self.told(502, code)
        self.in_time(0.5)
        _, (attempt,) = self.recorded(502, "error", code, [("first", "serve", code)])
        self.assertEqual((attempt["status"], attempt["cost_usd"]), (None, 0), "nothing was sent")
        self.assertEqual(self.counted("signalbox_errors_total", code=code), 1)
        self.assertEqual(self.counted("signalbox_deployment_failures_total", upstream="first"), 1)

    def test_a_refused_connection_fails_fast(self):
        self.unreachable(f"http://127.0.0.1:{self.closed_port()}", "upstream_connect")

    def test_a_name_that_is_not_there_fails_fast_and_holds_nobody_up(self):
        self.unreachable("http://no-such-host.invalid", "upstream_dns")

    def test_tls_that_fails_is_never_downgraded(self):
        plain = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(plain.close)
        seen = []

        def listen():
            while True:
                try:
                    connection, _ = plain.accept()
                except OSError:
                    return
                seen.append(connection.recv(4096))
                connection.close()
        threading.Thread(target=listen, daemon=True).start()
        self.unreachable(f"https://127.0.0.1:{plain.getsockname()[1]}", "upstream_tls")
        self.assertTrue(seen and all(b"POST" not in bytes for bytes in seen), seen)

    def test_the_next_deployment_answers_in_the_place_of_one_that_refuses(self):
        self.serve(f"http://127.0.0.1:{self.closed_port()}", self.second)
        self.assertEqual(self.ask(), 200, self.text)
        self.in_time(0.5)
        self.assertEqual(self.headers["x-signalbox-upstream"], "second")
        self.recorded(200, "ok", None, [("first", "serve", "upstream_connect"), ("second", "retry", None)])
        self.assertEqual(self.counted("signalbox_deployment_failures_total", upstream="first"), 1)
        self.assertEqual(self.counted("signalbox_errors_total"), 0)


class LateTest(Matrix):
    def test_no_first_token_by_the_deadline_is_called_off_and_asked_for_elsewhere(self):
        self.serve(self.first, self.second, timeout="400ms")
        set_fault(self.first, "delay=60s")
        self.assertEqual(self.ask(stream=True), 200, self.text)
        self.in_time(0.4)
        self.assertEqual(sse(self.text)[0][-1], "[DONE]")
        _, rows = self.recorded(200, "ok", None, [("first", "serve", "upstream_timeout"), ("second", "retry", None)])
        self.assertGreaterEqual(rows[0]["latency_ms"], 400)
        self.assertEqual(self.counted("signalbox_deployment_failures_total", upstream="first"), 1)

    def test_where_all_are_late_the_client_is_told(self):
        self.serve(self.first, timeout="400ms")
        set_fault(self.first, "delay=60s")
        self.ask(max_tokens=16)
        self.told(504, "upstream_timeout")
        self.in_time(0.4)
        self.recorded(504, "error", "upstream_timeout", [("first", "serve", "upstream_timeout")])
        self.assertEqual(self.counted("signalbox_errors_total", code="upstream_timeout"), 1)


class AnswerTest(Matrix):
    def test_a_limit_is_waited_for_and_told_and_no_failure_of_the_breaker(self):
        self.serve(self.first, self.second)
        set_fault(self.first, "1*status=429,retry-after=3")
        self.assertEqual(self.ask(), 200)
        self.in_time(0.5)
        self.recorded(200, "ok", None, [("first", "serve", "upstream_rate_limited"), ("second", "retry", None)])
        self.assertEqual(self.metrics()['signalbox_deployment_state{upstream="first",model="small",state="limited"}'], 1)
        before = self.asked(self.first)
        set_fault(self.second, "status=429,retry-after=9")
        self.ask()
        self.ask()
        self.told(429, "upstream_rate_limited")
        self.assertTrue(1 <= int(self.headers["retry-after"]) <= 3, "the smallest wait")
        self.in_time(0.1)
        self.recorded(429, "error", "upstream_rate_limited", [])
        self.assertEqual(self.asked(self.first), before)
        self.assertEqual(self.counted("signalbox_errors_total", code="upstream_rate_limited"), 2)

    def test_server_errors_are_tried_once_more_after_a_jittered_wait(self):
        self.serve(self.first)
        for status in (500, 502, 503, 529):
            self.before = self.metrics()
            set_fault(self.first, f"1*status={status}; ok")
            self.assertEqual(self.ask(), 200, f"{status} {self.text}")
            self.assertGreaterEqual(self.took, 0.05)
            self.in_time(0.15)
            _, rows = self.recorded(200, "ok", None, [("first", "serve", "upstream_error"), ("first", "retry", None)])
            self.assertEqual([a["status"] for a in rows], [status, 200])
            self.assertEqual(self.counted("signalbox_deployment_failures_total", upstream="first"), 1)
            for _ in range(9):  # which pays for the next one
                self.ask()

    def test_what_a_provider_says_of_its_failure_is_kept(self):
        self.serve(self.first)
        set_fault(self.first, "status=501")
        self.ask()
        error = self.told(502, "server_error")
        self.assertIn("501", str(error["param"]))
        self.in_time(0.5)
        self.recorded(502, "error", "upstream_error", [("first", "serve", "upstream_error")])
        self.assertEqual(self.counted("signalbox_errors_total", code="upstream_error"), 1)

    def test_a_clients_own_mistake_is_passed_on_and_not_tried_again(self):
        self.serve(self.first, self.second)
        for status in (400, 404, 413, 422):
            set_fault(self.first, f"status={status}")
            before = self.asked(self.first), self.asked(self.second)
            self.assertEqual(self.ask(), status, self.text)
            self.in_time(0.5)
            decision, rows = self.recorded(status, "error", "upstream_rejected", [("first", "serve", "upstream_rejected")])
            self.assertEqual(rows[0]["status"], status)
            self.assertEqual((self.asked(self.first), self.asked(self.second)), (before[0] + 1, before[1]))
        self.assertEqual(self.metrics()['signalbox_deployment_state{upstream="first",model="small",state="open"}'], 0)

    def test_a_refused_credential_is_set_aside_and_said_loudly(self):
        for status in (401, 403):
            self.serve(self.first, self.second)
            set_fault(self.first, f"status={status}")
            self.ask()
            self.told(502, "upstream_auth")
            self.in_time(0.5)
            self.recorded(502, "error", "upstream_auth", [("first", "serve", "upstream_auth")])
            self.assertEqual(self.counted("signalbox_errors_total", code="upstream_auth"), 1)
            before = self.asked(self.first)
            self.assertEqual(self.ask(), 200)
            self.assertEqual(self.asked(self.first), before)
            self.assertEqual(self.metrics()['signalbox_deployment_state{upstream="first",model="small",state="disabled"}'], 1)
            self.assertTrue(any("refuses the router's credential" in line for line in self.router.program.errors))
            self.router.stop()


class MalformedTest(Matrix):
    def test_junk_is_never_served(self):
        self.serve(self.first)
        for fault, stream, outcome, error in (("junk-json", False, "error", "upstream_malformed"), ("junk-sse", True, "error", "upstream_malformed"),
                                              ("empty-stream", True, "truncated", "upstream_truncated"), ("error-frame", True, "error", "upstream_error")):
            self.before = self.metrics()
            set_fault(self.first, fault)
            self.ask(stream=stream)
            self.assertEqual(self.status, 502, f"{fault}: {self.text}")
            self.in_time(0.5)
            self.recorded(502, outcome, error, [("first", "serve", error)])
            self.assertEqual(self.counted("signalbox_errors_total", code=error), 1)
            set_fault(self.first, "ok")
            self.assertEqual(self.ask(), 200)

    def test_an_error_frame_after_the_first_words_ends_the_stream(self):
        self.serve(self.first)
        set_fault(self.first, "drip=30ms,error-frame")
        self.ask(LONG, stream=True)
        self.assertIn('"content":"an "', self.text, "the client has some of it")
        self.broken_off("server_error")
        self.in_time(0.5)
        decision, _ = self.recorded(200, "error", "upstream_error", [("first", "serve", "upstream_error")])
        self.assertGreater(decision["cost_usd"], 0, "what came of it is charged")
        self.assertEqual(self.counted("signalbox_errors_total", code="upstream_error"), 1)

    def test_after_the_first_word_nobody_else_is_asked_whatever_happens(self):
        self.serve(self.first, self.second)
        for n, (fault, outcome, error, code) in enumerate((("drip=20ms,reset-after=5", "truncated", "upstream_truncated", "upstream_truncated"),
                                                           ("drip=20ms,end-after=5", "truncated", "upstream_truncated", "upstream_truncated"),
                                                           ("drip=20ms,error-frame", "error", "upstream_error", "server_error"))):
            set_fault(self.first, fault)
            self.ask(LONG, stream=True)
            self.assertIn('"content":"an "', self.text, f"{fault}: the client has some of it")
            self.broken_off(code)
            self.in_time(0.5)
            self.recorded(200, outcome, error, [("first", "serve", error)])
            self.assertEqual((self.asked(self.first), self.asked(self.second)), (2 * n + 1, 0))
            self.assertEqual(self.counted("signalbox_attempts_total", role="retry"), 0)
            self.assertEqual(self.counted("signalbox_failed_attempts_total"), n + 1)
            set_fault(self.first, "ok")  # so that it is not left alone
            self.assertEqual(self.ask(LONG, stream=True), 200)

    def test_a_stream_that_is_cut_is_never_complete_and_three_in_a_row_cool_the_route(self):
        self.serve(self.first, self.second)
        set_fault(self.first, "drip=20ms,end-after=5")
        for _ in range(3):
            self.before = self.metrics()
            self.ask(LONG, stream=True)
            self.broken_off("upstream_truncated")
            self.assertEqual(self.asked(self.second), 0)
            self.in_time(0.5)
            decision, _ = self.recorded(200, "truncated", "upstream_truncated", [("first", "serve", "upstream_truncated")])
            self.assertGreater(decision["cost_usd"], 0)
            self.assertEqual(self.counted("signalbox_outcomes_total", outcome="truncated"), 1)
        self.assertEqual(self.ask(LONG, stream=True), 200)
        self.in_time(0.5)
        self.assertEqual(sse(self.text)[0][-1], "[DONE]")
        decision, _ = self.recorded(200, "ok", None, [("second", "serve", None)])
        self.assertIn("first/small is open", decision["explanation"])
        self.assertEqual(self.metrics()['signalbox_deployment_state{upstream="first",model="small",state="open"}'], 1)


if __name__ == "__main__":
    unittest.main()
